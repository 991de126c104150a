"""The thin edge: HTTP in, commands and documents out."""
