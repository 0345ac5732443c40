"""Every verb and every read; the terminal app and the command line call only these."""
