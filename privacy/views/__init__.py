"""What a person may ask of the clinic, as pages for its admins."""
