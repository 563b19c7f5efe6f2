"""Whether the sending works: signs of life, figures, and what they mean."""
