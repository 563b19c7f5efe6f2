"""Getting people back: who is where, what was tried, who waits, and times that became free."""
