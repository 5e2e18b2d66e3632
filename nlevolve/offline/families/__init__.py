"""Sentence families, a module for each theme: operations, the English for them, and how they are found in examples.

Importing `nlevolve.offline.english` loads every module of this package, in the order of their names.
"""
