"""Decides what Ray should run, and makes it so: observe, plan, apply, record."""
