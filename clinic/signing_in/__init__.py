"""How staff sign in, stay signed in, and are signed out."""
