"""nlevolve: solve ARC-AGI puzzles by evolving plain-English descriptions of the rule."""

__version__ = "0.1.0"
