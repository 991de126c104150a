"""A day's spreadsheet: read, understood, checked row by row. Without I/O."""
