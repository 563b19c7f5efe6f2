"""Settings: how the clinic is set up. Every change goes through `settling.settle`, which loses no visit."""
