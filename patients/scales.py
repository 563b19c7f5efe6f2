"""Ranges of questionnaire totals that more than one room holds."""

HIT6 = (36, 78)  # six items of 6 to 13 points each (clinical rules 6)
