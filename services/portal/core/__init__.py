"""What the portal decides, without I/O: ids, keys, who may see what, and the shapes of commands."""
