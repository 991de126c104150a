"""ingest: what couriers' phones and others report, checked and written to the log before it is answered."""
