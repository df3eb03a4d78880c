"""Feeds: what happened, in one dense order per tenant, and how much of it on each day.

Words       feed (every published entry under a number), page (a hundred references), head, checkpoint (how far a shard
            of the stream is dealt with), quiet (counted, not numbered), counts (what one day of a tenant adds up to), consumer
            (a name by which somebody reads the feed, and the number up to which they have taken it)
Laws        an entry has one number and a number one entry; no number is left out; counts move in the very transaction
            that moves the feed, so every entry is counted once; a consumer goes backwards only when that is asked for
Operations  daily_counts, list_consumers, get_consumer (acknowledge_feed and forget_consumer write; the flows relay_entries, repair_feed and read_feed do what needs the journals of other areas)
Facts       none: a feed is made of the facts of others
"""
