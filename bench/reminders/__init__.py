"""What planning and sending cost, beside the least that the database and the mail server need: `python -m bench.reminders`."""
