"""PostgreSQL: what people search, and who they are. Each service has a schema of its own."""
