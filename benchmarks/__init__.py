"""Benchmarks: what is measured, by whom it can be run again."""
