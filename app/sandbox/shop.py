"""A shop's own website: the files that a bot may send a link to, such as /shop.png. As small as such files can be."""

from typing import Final

from fastapi import APIRouter, Response

_FILES: Final = {
    "png": ("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
    "ogg": ("audio/ogg", b"OggS" + b"\0" * 60),
    "mp4": ("video/mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 52),
    "pdf": ("application/pdf", b"%PDF-1.4\n%%EOF\n"),
}


def shop_router() -> APIRouter:
    """Its routes; any other ending is not there."""
    router = APIRouter(include_in_schema=False)

    @router.get("/shop.{ending}")
    async def _file(ending: str) -> Response:
        if ending not in _FILES:
            return Response(status_code=404)
        kind, body = _FILES[ending]
        return Response(body, media_type=kind)

    return router
