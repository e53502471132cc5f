"""POST /v1/audio/transcriptions of the simulated model: as strict about its form as the API, with words by a script.

A play is meant for a recording when its `when` is in `audio` followed by the file's name. While nobody has told
anything, every voice asks for the opening hours.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.sandbox import model_wire as wire
from app.sandbox.model_script import UNTOLD, Json, Script, Step

BreakOff = Callable[[Step, Request], Awaitable[Response | None]]
HEARD: Final = "Qual é o horário de vocês?"
BAD_REQUEST, TOO_LARGE = 400, 413
_LARGEST: Final = 25 * 2**20
_FIELDS: Final = frozenset(
    {"file", "model", "language", "prompt", "response_format", "temperature", "stream", "timestamp_granularities[]"}
)
_ENDINGS: Final = frozenset({".flac", ".mp3", ".mp4", ".mpeg", ".mpga", ".m4a", ".ogg", ".oga", ".wav", ".webm"})
_FORMATS: Final = frozenset({"json", "text"})


async def transcribe(script: Script, request: Request, break_off: BreakOff | None = None) -> Response:
    """What the script has for this recording, or the fault that it has, if whoever calls knows how to play it."""
    told = await _told(request)
    if isinstance(told, int):
        return JSONResponse(wire.error(told), told)
    step = script.step_for(told)
    await asyncio.sleep(step.delay)
    if break_off is not None and (broken := await break_off(step, request)) is not None:
        return broken
    said = "" if step.fault == "empty" else step.say or ""
    text = HEARD if said == UNTOLD and script.record[-1]["played"] is None else said
    return PlainTextResponse(f"{text}\n") if told["response_format"] == "text" else JSONResponse({"text": text})


async def _told(request: Request) -> Json | int:
    """The form as the script knows it, or the status of a refusal."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data; boundary="):
        return BAD_REQUEST
    if len(await request.body()) > _LARGEST:
        return TOO_LARGE
    try:
        async with request.form(max_files=1) as form:
            return await _read(form)
    except HTTPException:
        return BAD_REQUEST


async def _read(form: FormData) -> Json | int:
    file, model, shape = form.get("file"), form.get("model"), form.get("response_format", "json")
    names = [name for name, _ in form.multi_items()]
    if not isinstance(file, UploadFile) or not isinstance(model, str) or not model or set(names) - _FIELDS:
        return BAD_REQUEST
    name, size = file.filename or "", len(await file.read())
    if (
        not size
        or PurePath(name).suffix.lower() not in _ENDINGS
        or shape not in _FORMATS
        or len(names) > len(set(names))
    ):
        return BAD_REQUEST
    said = [{"role": "user", "content": f"audio {name}"}]
    kept = {"name": name, "content_type": file.content_type, "size": size}
    return {"messages": said, "model": model, "response_format": shape, "file": kept}
