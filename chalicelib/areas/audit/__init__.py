"""Audit: who did what, and when, to whom it may concern: the journal as a log, quiet entries included.

Words       entity (whose journal it is: a member, a group, an order, or a part of the configuration, by its kind and id),
            type (of a fact), actor (who did it: a key, an operator, a job), quiet (nobody was told), refusal (what did not commit,
            and matters: somebody was refused access, or a proof), archive (what the log has of a day, as files in the bucket)
Laws        what the journal has, the log tells, newest first, each entry once; it tells no private part of an entry; to be refused
            writes less, the more often it happens; a day is archived once nothing is recorded on it any more, and nothing leaves
            the journal for it
Operations  list_archives, get_archive (the flows read_audit, start_audit_export and archive_audit do what needs the journals of other areas)
Facts       none: it tells the facts of others
"""
