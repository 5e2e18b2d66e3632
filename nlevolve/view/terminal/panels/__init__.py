"""The dashboard's parts. Each is a pure function from a summary and a size to rows that fit it exactly."""
