"""How our web processes are served: the API and the browser service alike."""

import socket

import uvicorn
from fastapi import FastAPI


def web_server(app: FastAPI, *, host: str, port: int, drain_seconds: float) -> uvicorn.Server:
    """The web server, for `serve`. Who calls behind a proxy is the app's own to read: see `routes/forwarded.py`."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        loop="asyncio",
        ws="none",
        access_log=False,
        log_config=None,
        backlog=2048,
        timeout_keep_alive=30,
        proxy_headers=False,
        timeout_graceful_shutdown=int(drain_seconds),
    )
    return uvicorn.Server(config)


async def serve(web: uvicorn.Server, *, fd: int | None = None) -> None:
    """Serve until told to stop, on an inherited socket or on the server's own port.

    An inherited socket is taken for what it is. Uvicorn would take it for a Unix one, and then every answer on it
    waits forty milliseconds for Nagle's sake, because asyncio sees no TCP in it.
    """
    await web.serve(None if fd is None else [socket.socket(fileno=fd)])
