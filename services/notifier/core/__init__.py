"""Who is told what, when and how, decided without I/O: `now_ms` is handed in."""
