"""Which release this is. By itself, so that `ponte version` need not load the web."""

from importlib.metadata import PackageNotFoundError, version


def current() -> str:
    """The installed version."""
    try:
        return version("ponte")
    except PackageNotFoundError:
        return "0+checkout"
