"""`dromos`, the command line: one file a group of commands.

Results go to standard output (as JSON with `--json`), messages to standard error. A command that failed says
why and what to do next, and exits with 1; a command line that makes no sense exits with 2."""
