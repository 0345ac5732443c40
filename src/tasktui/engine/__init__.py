"""The only package that knows Ray, over HTTP; nothing here imports ray."""
