"""What somebody may try on whoever uses nlevolve, each kind a file: test_stranger_*.py is what a received folder or file may do."""
