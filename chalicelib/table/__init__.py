"""The one table: a Protocol of five calls, the DynamoDB client, an in-memory twin, the journal and the commit loop."""
