"""The rows of the table of keys, by what they are for; ``tui/keys.py`` joins them."""
