"""What other rooms' pages show of other programs."""
