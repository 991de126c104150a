"""Rules that several services must agree on, without I/O."""
