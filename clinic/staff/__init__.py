"""Who works at a clinic: inviting, changing a role, ending access."""
