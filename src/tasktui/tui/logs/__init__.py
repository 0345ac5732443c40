"""The log viewer's parts: what is read, what is found, and which rows are on screen."""
