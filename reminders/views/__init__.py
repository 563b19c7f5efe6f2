"""Pages of the reminders room: the patient's, the staff's, and what was written to files."""
