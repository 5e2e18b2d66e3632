"""The embedded models: English that a program can write and read."""
