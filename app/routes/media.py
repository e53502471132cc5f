"""The attachments of customers' messages, as they were kept when they came."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from app.routes.deps import Reader, Services
from app.routes.examples import plain, shows
from app.routes.watching import Limit

router = APIRouter(tags=["watching"])

_LISTED = {
    "media": [
        {
            "id": 57,
            "conversation_id": 1,
            "message_id": 812,
            "kind": "picture",
            "state": "stored",
            "reason": "",
            "content_type": "image/png",
            "size": 70,
            "file_name": "file.jpeg",
            "at": "2026-11-21T15:41:17Z",
            "stored_at": "2026-11-21T15:41:17.906720Z",
            "seconds": None,
            "hearing": "",
            "transcript": "",
        }
    ],
    "cursor": None,
}
# Shown in the page; everything else is only ever saved, whatever its sender says that it is.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


class Attachment(BaseModel):
    """`state`: waiting (being fetched), stored, or refused, with the reason's code.

    `hearing` of a voice message: waiting, heard (its words are in `transcript`), silent, failed; empty: nobody listens.
    """

    id: int
    conversation_id: int
    message_id: int
    kind: str
    state: str
    reason: str
    content_type: str
    size: int
    file_name: str
    at: datetime
    stored_at: datetime | None
    seconds: int | None
    hearing: str
    transcript: str


class Attachments(BaseModel):
    media: list[Attachment]
    cursor: str | None = None


@router.get("/media", summary="Attachments of customers", responses=shows(_LISTED, 401, 403, 422, 503))
async def attachments(
    services: Services,
    who: Reader,
    conversation_id: Annotated[int | None, Query(ge=1, le=2**62, description="Of this conversation only.")] = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(description="From the answer before, for the rest.")] = None,
) -> Attachments:
    """Newest first."""
    page, following = await services.attachments.listed(who.account_id, conversation_id, cursor=cursor, limit=limit)
    return Attachments.model_validate({"media": [asdict(one) for one in page], "cursor": following})


@router.get(
    "/media/{media_id}",
    summary="One attachment, its bytes",
    response_class=Response,
    responses={
        **plain("", 401, 403, 404, 409, 422, 502, 503),
        200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def attachment(
    services: Services, who: Reader, media_id: Annotated[int, Path(ge=1, le=2**62, description="From GET /media.")]
) -> Response:
    """Pictures, voices and films to be shown; everything else to be saved."""
    file = await services.attachments.file(who.account_id, media_id)
    way = "inline" if file.about.content_type.startswith(_SHOWN) else "attachment"
    name = quote(file.about.file_name or f"media-{media_id}", safe="")
    headers = {**_HARMLESS, "Content-Disposition": f"{way}; filename*=UTF-8''{name}"}
    return Response(file.body, media_type=file.about.content_type or "application/octet-stream", headers=headers)
