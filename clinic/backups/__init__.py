"""Copies of the database that can be trusted: complete at one moment, checked by a sum, locked with a key if there is one."""


class Unfit(Exception):
    """A copy cannot be made, read or put back; the text says why and what to do."""
