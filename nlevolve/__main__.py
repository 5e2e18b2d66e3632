"""`python -m nlevolve`."""

from nlevolve.cli import main

main()
