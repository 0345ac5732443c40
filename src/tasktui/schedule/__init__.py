"""Pure schedule arithmetic: from local rules to instants, and what is in force."""
