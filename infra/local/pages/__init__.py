"""The generated pages of docs/: what the code says about itself, as Markdown. `infra/local/docs.py` writes and compares them."""
