"""The native API as its users find it: every operation, every refusal, in a bookshop's words (bookshop.py)."""
