"""Vials: received, suggested first expiry first out, used, discarded, recalled, traced, and running low."""
