"""What is tried on whoever uses nlevolve, a file for each kind: test_stranger_*.py is what a received folder or file may do."""
