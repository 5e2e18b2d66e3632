"""What a task is: grids, symmetries, tasks, data sets."""
