"""What the clinic's numbers say: a room above all others, with no table of its own."""
