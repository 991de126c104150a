"""What a session is shown, decided without I/O: `now` and the views are handed in."""
