"""What cannot be said in Python yet."""


class Unsaid(Exception):
    """There is no program for this; whoever reads the words has to follow them."""
