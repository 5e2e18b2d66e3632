"""A run in the forms that other tools read, beyond results.json and submission.json."""
