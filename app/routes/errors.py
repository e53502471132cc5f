"""One table: domain error -> HTTP status; one shape: `{"error": {"code", "message", "hint"}}`."""

import math
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.domain.errors import AppError, Conflict, NeedsHuman, NotFound, OutcomeUnknown, Rejected, Retryable, Untrusted
from app.routes.wrong_input import sentences
from app.services.accounts.directory import Forbidden, Unauthorised
from app.services.accounts.rate_limit import TooMany

_log = structlog.get_logger()

# Most specific first.
STATUS: tuple[tuple[type[AppError], int], ...] = (
    (Unauthorised, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Untrusted, 400),
    (Rejected, 422),
    (TooMany, 429),
    (Retryable, 503),
    (OutcomeUnknown, 502),
    (NeedsHuman, 502),
    (AppError, 500),
)


class ErrorBody(BaseModel):
    """What went wrong, in a word for programs and a sentence for people, and what to do."""

    code: str
    message: str
    hint: str = ""


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: ErrorBody


def answer(status: int, code: str, message: str, hint: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """An error in the one shape."""
    body = {"error": {"code": code, "message": message, "hint": hint}}
    return JSONResponse(body, status_code=status, headers=headers)


# What each error means, and one of its kind.
_MEANING: dict[int, tuple[str, tuple[str, str, str]]] = {
    400: (
        "What the call brings is not ours, or does not come from whom it says. Nothing was called.",
        ("foreign_state", "The state of this call is not one of ours, was used, or is too old.", "Start again."),
    ),
    401: (
        "No key, a wrong one, or an unknown webhook address.",
        ("unauthorised", "This needs a valid API key.", "Send it as X-API-Key, or as Authorization: Bearer."),
    ),
    403: (
        "The key lacks the scope, or the account takes no calls from this address.",
        ("forbidden", "This key may not do this; it needs the scope admin.", "Use a key with that scope."),
    ),
    404: (
        "The id means nothing here.",
        ("not_found", "No conversation, contact or lead has the id 7.", "Use an id from GET /conversations/active."),
    ),
    409: (
        "The state of things forbids it, or an id means several things.",
        ("ambiguous_id", "The id 12 fits several things: conversation 12, lead 12.", "Name it as lead_id."),
    ),
    413: ("The body is larger than 1 MiB.", ("too_large", "The body is larger than 1 MiB.", "Split it.")),
    422: (
        "The request must change; the message says how.",
        ("invalid_request", "`action` is missing.", "See /docs for the shape and an example."),
    ),
    502: (
        "The CRM refuses, or may have acted without answering: a person must look.",
        (
            "needs_human",
            "GET /api/v4/account was refused: the access token is not valid (401).",
            "Connect the account again.",
        ),
    ),
    429: (
        "Too many calls from this address; Retry-After says how long to wait.",
        ("too_many", "Too many calls from this address.", "Wait as long as Retry-After says."),
    ),
    503: (
        "The database or the CRM does not answer; try again after Retry-After seconds.",
        ("database_down", "The database does not answer.", "Start Postgres or check DATABASE_URL; nothing is lost."),
    ),
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, for OpenAPI."""
    return {status: _described(*_MEANING[status]) for status in statuses}


def _described(meaning: str, parts: tuple[str, str, str]) -> dict[str, Any]:
    example = {"error": dict(zip(("code", "message", "hint"), parts, strict=True))}
    return {"model": ErrorAnswer, "description": meaning, "content": {"application/json": {"example": example}}}


def status_of(error: AppError) -> int:
    """The status that stands for an error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def retry_after(error: Retryable) -> dict[str, str]:
    """How long to wait, as a header."""
    return {"Retry-After": str(max(1, math.ceil(error.after.total_seconds())))}


def hint_of(error: AppError) -> str:
    """What to do: the error's own word; where only waiting helps, how long, and where to look if that is not enough."""
    if error.hint or not isinstance(error, Retryable):
        return error.hint
    wait = int(retry_after(error)["Retry-After"])
    return f"Try again in {wait} second{'s' if wait > 1 else ''}. If it lasts, `ponte doctor` says what is down."


async def _app_error(_: Request, error: Exception) -> JSONResponse:
    failed = error if isinstance(error, AppError) else AppError("Something went wrong.")
    status = status_of(failed)
    headers = retry_after(failed) if isinstance(failed, Retryable) else {}
    if status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = 'Bearer realm="ponte"'
    return answer(status, failed.code, failed.message, hint_of(failed), headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    said = sentences(error.errors()) if isinstance(error, RequestValidationError) else ""
    return answer(
        422, "invalid_request", said or "The request is not valid.", "See /docs for the shape and an example."
    )


async def _http(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = str(error.detail) if isinstance(error, HTTPException) else "Something went wrong."
    code = {404: "no_such_path", 405: "method_not_allowed", 413: "too_large"}.get(status, "http_error")
    if status == 400:  # noqa: PLR2004 - FastAPI could not read the body
        return answer(422, "invalid_request", "The body is not JSON that can be read.", "See /docs for an example.")
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return answer(status, code, said, "See /docs for the paths and their limits.", headers)


async def _gone(_: Request, error: Exception) -> JSONResponse:
    """The caller hung up before its body was whole. Nobody reads this; nothing was stored, so a vendor tries again."""
    return answer(400, "client_gone", str(error) or "The caller hung up.")


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("request.failed", path=request.scope.get("path", "").split("/")[1:2], kind=type(error).__name__)
    return answer(500, "internal", "Something went wrong here.", "It is logged; tell the operator when it happened.")


def install(app: FastAPI) -> None:
    """Make every error of the app take the one shape."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)
