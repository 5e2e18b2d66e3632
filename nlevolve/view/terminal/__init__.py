"""What people see in a terminal: the live dashboard, plain lines, tables, and the last words of a run."""
