"""What the clinic's numbers say: a room above those it counts in, with no table of its own."""
