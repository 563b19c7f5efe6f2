"""Django's PostgreSQL, where a connection that nobody ended is not asked whether it lives."""
