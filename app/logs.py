"""Logs: JSON lines with ids, never content. One event per outcome, named room.event."""

import logging
import sys
import traceback
from types import TracebackType

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# Whatever carries one of these names does not belong into a log; it is a bug, and here it ends harmless.
PRIVATE = frozenset({"text", "body", "phone", "name", "token", "secret", "message", "authorization", "password"})


def mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace values under private names."""
    return {key: "[private]" if key in PRIVATE else value for key, value in event.items()}


class Discreet(logging.Formatter):
    """Tells what kind of error a library met and where, not its message: a database's names the whole row."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's own name
        kind, _, trace = ei
        frames = traceback.format_tb(trace) if trace else []
        return "".join([*frames, kind.__name__ if kind else ""])


def configure(level: str) -> None:
    """Set up logging for this process: ours and the libraries', to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # httpx logs every URL; the queue, the driver and the MCP SDK log values with their exceptions: ids only is our
    # promise.
    for chatty in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for telling in ("pgqueuer", "asyncpg", "mcp"):
        logging.getLogger(telling).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            mask,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def _dumps(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str).decode()
