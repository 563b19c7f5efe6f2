"""Questionnaire totals: their ranges and bands, and what was entered."""
