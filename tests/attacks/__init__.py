"""What a hostile or broken world does to a run: each attack that once succeeded, and its brothers."""
