"""What the commands decide and show, without I/O."""
