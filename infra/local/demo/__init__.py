"""The demo: a file of purchases goes through bucket, queues and jobs, on a cloud of its own, and a report of what came of it.

    __main__     arguments, signals, exit codes; the engine for as long as it lasts
    course       the demo from file to outcome, on any cloud
    program      the demo's program (program.json), as a tenant's configuration
    survey       what can be known of a file before anything is recorded: its documents, the day of its last purchase
    tally        what became of its documents, from the report of its import
    standing     how all members stand at the end, read from their accounts
    report       the report for people and the one line of JSON for programs

A file is refused (exit code 2) before anything starts if it cannot be read, has not the format's header, or ends after
the day that the points are asked for. What is wrong with single documents is in the report.
"""
