"""A SECOND WAY TO EVERY FIGURE: what a run's files say, derived again from its log and the tasks by code of its own."""
