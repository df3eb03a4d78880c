"""Jobs: work that takes longer than a request, done piece by piece behind queues.

Words       operation (one such job: queued, running, done, failed, cancelled), part (one chain of its work), chunk (one
            piece of a part; the next is enqueued when it is finished), note (a refusal written down before the chunk
            goes on, so that a chunk done again comes to the same)
Laws        a finished operation never changes; a chunk is counted once, by a conditional write of its part; who works
            on a chunk holds a lease on it, and whoever has lost the lease can neither note nor count; who only reads
            lengthens it while they do
Operations  get_operation, list_operations (the flows of imports, proofs and simulations write; cancel_operation and
            give_up_operation end one)
Facts       none: a job is not an aggregate of the business, what it does to accounts stands in their journals
"""
