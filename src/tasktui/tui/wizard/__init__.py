"""Wizard of the terminal app."""
