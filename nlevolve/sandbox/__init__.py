"""Where models' programs run: in other processes, on one grid, within limits, with nothing of ours in reach."""
