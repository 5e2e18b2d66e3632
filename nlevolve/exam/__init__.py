"""Which checker to buy: descriptions known to be right, followed by each, with the words and without them.

The files beside this are our own material, one task each (docs/EVIDENCE.md).
"""
