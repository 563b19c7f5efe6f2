"""Text messages that come in: what they mean, what is done about each, and what is answered."""
