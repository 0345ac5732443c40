"""The official models: a folder each, with a script and a manifest."""
