"""Telling other programs what happened: gathered from the history of visits, called with a lease, signed, tried again.

The line of history is the outbox: it is written in the transaction that changes the visit, so nothing that happened
can be lost on the way here, and nothing that was rolled back is told.
"""
