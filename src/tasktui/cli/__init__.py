"""The command line: arguments in, text or JSON out, and an exit code.

One module for each group of verbs, each with a table of them. Nothing here
decides what a verb means: that is ``tasktui.commands``.
"""
