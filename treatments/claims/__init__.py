"""Claims: the lines that follow from a signed session, and the drafts that a person exports."""
