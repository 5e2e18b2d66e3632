"""`python -m nlevolve`."""

import sys


def _main() -> None:
    # `-m` puts the current folder first among the places that modules come from, and that may be anybody's
    if not sys.flags.safe_path:
        del sys.path[0]
    from nlevolve.cli import main

    main()


_main()
