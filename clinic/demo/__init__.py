"""A made-up installation: data for every stage of treatment, and everything running."""
