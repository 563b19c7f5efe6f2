"""From an empty installation to a clinic that can book its first visit."""
