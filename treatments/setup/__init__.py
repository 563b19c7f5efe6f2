"""How a clinic is set up: hours, rooms, injectors, leave, closures, holidays; and the visits that a change would strand."""
