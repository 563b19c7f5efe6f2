"""Pages of the interface room."""
