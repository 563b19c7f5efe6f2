"""What whoever watches the machine may ask: does it live, is it ready, how does it stand."""
