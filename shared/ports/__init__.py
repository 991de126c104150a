"""What the services ask of the world, as protocols; `shared.adapters` has the real and the memory forms."""
