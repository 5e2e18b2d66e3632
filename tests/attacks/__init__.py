"""What a hostile or broken world does to whoever uses nlevolve, a file for each kind: test_stranger_*.py is what a received
folder or file may do, test_money_*.py what becomes of accounts."""
