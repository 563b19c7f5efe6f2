"""Pages of the treatments room."""
