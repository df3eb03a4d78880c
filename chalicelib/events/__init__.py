"""Triggers by source: unpack what Lambda was handed, call an operation or a flow, say which records must come again.

A record that fails keeps none of its neighbours from being handled (queues), or all that follow it (the stream, whose
order is its meaning). Every message is one line in the log, with the id of the request that caused it.
"""
