"""What the treatment does: headache days of each cycle against those before the first session."""
