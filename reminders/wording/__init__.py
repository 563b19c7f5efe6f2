"""What a message says: its fields, how long it gets, what it may not hold, and the words that leave the house."""
