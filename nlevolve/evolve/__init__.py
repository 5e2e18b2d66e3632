"""What to believe and what to try: pure, no await, no clock."""
