"""The command line: human and JSON output over the commands."""
