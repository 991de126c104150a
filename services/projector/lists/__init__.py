"""`projector lists`: what the desk searches, in PostgreSQL; made from the log and made anew at any time."""
