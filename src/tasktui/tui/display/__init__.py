"""A display for Textual apps that sends only the cells that changed. Knows nothing of tasktui."""
