"""What ingest decides, without I/O: bytes of a request in, readings and records out."""
