"""Imports: a file dropped into the bucket, cut into parts that many workers take on at once.

Words       drop (an object under imports/{tenant}/orders/, with its ETag), part (a file of documents), report (the CSV
            that says of every line of the file what became of it)
Laws        the same drop is the same operation; documents that may touch one account, and documents that speak of one
            sale, are of one part and in file order there: so no outcome depends on the number of parts; the routing
            pass pins the tenant's configuration, and every chunk decides by it
Codes       a file of coupon codes lies under imports/{tenant}/coupon_codes/{series}/, and is added line by line: import_codes
Members     a file of members lies under imports/{tenant}/segments/{segment}/, and they join it line by line: import_members
Here        model (keys and names), text_lines (a file line by line), router (who goes with whom, on disk), lines (which line numbers are a document's),
            report (results and how parts are merged). The flows start_import, route_import, import_chunk, join_import
            do the work, give_up_operation ends what cannot be done; jobs keep count.
"""
