"""Django's SQLite, where who waits longest for the one writer's turn writes next."""
