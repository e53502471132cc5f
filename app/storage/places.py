"""The names of kept files: of our own making, so that no customer's file name ever becomes a path."""

import re
from typing import Final

from app.domain.errors import Rejected

_PLACE: Final = re.compile(r"[0-9]+(/[A-Za-z0-9][A-Za-z0-9_-]*){1,4}(\.[a-z0-9]{1,8})?", re.ASCII)


def checked(place: str) -> str:
    """The place itself, such as `1/media/57.ogg`.

    Raises:
        Rejected: it is none, and might lead out of where the files are.
    """
    if _PLACE.fullmatch(place) is None:
        raise Rejected("That is no place in the media store.", code="no_such_place")
    return place
