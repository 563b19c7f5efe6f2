"""The session log: every session with what was given, filtered by the address, kept as views, exported as it is filtered."""
