"""What the portal keeps and reads in PostgreSQL."""
