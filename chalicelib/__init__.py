"""Stampbook: a loyalty platform on one Chalice app and one DynamoDB table. docs/architecture.md is its map."""
