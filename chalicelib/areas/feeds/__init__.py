"""Feeds: what happened, in one dense order per tenant, and how much of it on each day.

Words       feed (every published entry under a number), page (a hundred references), head, checkpoint (how far a shard
            of the stream is dealt with), quiet (counted, not numbered), counts (what one day of a tenant adds up to)
Laws        an entry has one number and a number one entry; no number is left out; counts move in the very transaction
            that moves the feed, so every entry is counted once
Operations  daily_counts (the flows relay_entries, repair_feed and read_feed do what needs the journals of other areas)
Facts       none: a feed is made of the facts of others
"""
