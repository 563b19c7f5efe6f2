"""What became of messages that a gateway took, as each gateway tells it; `reminders.dispatch.receipts` heeds it."""
