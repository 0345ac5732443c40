"""Values only: what a task, a schedule, an artifact and the cluster *are*.

No I/O, no clock, no asyncio. Everything is frozen; times are aware UTC
datetimes; a change is a new value.
"""
