"""Copies of the database, and the drill with them."""

NOTE = "Allergic to latex"
