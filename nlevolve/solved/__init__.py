"""Solved descriptions that help later tasks: how one is made, kept in a file, and kept small."""
