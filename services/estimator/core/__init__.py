"""What decides: the time to each stop, its bounds, and which window is shown. No I/O, `now_ms` handed in."""
