"""Stampbook: a loyalty platform on one Chalice app and one DynamoDB table. docs/architecture.md is its map."""

import gc

# A cold start makes some ten thousands of objects that all stay, and by default the collector looks through the new ones
# after every 700. What a request leaves behind in a circle is little, and waits a little longer.
gc.set_threshold(100_000)
