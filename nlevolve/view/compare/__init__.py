"""Runs side by side: what differs, and how sure it is; as tables and as a page."""
