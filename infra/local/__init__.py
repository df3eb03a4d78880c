"""The local cloud and the house's tools: one module per verb of the Makefile."""
