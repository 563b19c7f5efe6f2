"""The calendar: weeks and days as tables, read in a handful of queries and laid out without a model in sight."""
