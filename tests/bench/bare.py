"""`python -m tests.bench.bare --fd N`: the same server, route and parser as the API, and nothing is stored."""

import argparse
import asyncio

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from app.channels.kommo import webhook
from app.main import server
from app.routes.webhooks import bounded
from app.serving import serve
from app.settings import Settings


def bare_app() -> FastAPI:
    app = FastAPI()

    @app.post("/webhooks/{channel}/{secret}")
    async def receive(request: Request, channel: str, secret: str) -> Response:
        parsed = webhook.parse(await bounded(request) or b"")
        return JSONResponse({"status": "decoded", "reason": "" if parsed.events else "nothing"})

    return app


def bare_server() -> uvicorn.Server:
    """The API's own configuration with another application in it."""
    config = server(Settings()).config
    config.app = bare_app()
    return uvicorn.Server(config)


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--fd", type=int, required=True)
    asyncio.run(serve(bare_server(), fd=made.parse_args().fd))


if __name__ == "__main__":
    main()
