"""Side effects: what was reported, how quickly somebody has to act, and what came of it."""
