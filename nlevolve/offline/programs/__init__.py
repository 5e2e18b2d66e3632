"""Programs that say what sentences say: operations written as Python, one module a theme, and the helpers they call."""
