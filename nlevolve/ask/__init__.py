"""One question put to a model."""
