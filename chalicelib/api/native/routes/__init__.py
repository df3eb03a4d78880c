"""The route tables, one per resource. Plain data: nothing here imports a handler."""
