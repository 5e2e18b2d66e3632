"""What an exam found: measures, advice, and how they are shown."""
