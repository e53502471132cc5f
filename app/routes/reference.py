"""The reference at /docs: Swagger UI out of the package that brings its files, so that no page needs the internet.

No script stands in the page and none comes from elsewhere; the policy says so to the browser.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_DAY: Final = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}

# Addresses are relative, so that it works behind a proxy that puts Ponte under a path.
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ponte: the reference</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="reference"></div>
<noscript>This page needs scripts. The document itself is at <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body></html>
"""
_START: Final = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#reference", deepLinking: true, docExpansion: "list", filter: true,
  defaultModelsExpandDepth: -1, tryItOutEnabled: true, displayRequestDuration: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset]
});
"""


@cache
def _asset(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()


@router.get("/docs")
async def reference() -> HTMLResponse:
    """Every operation with its examples, to try with an API key."""
    return HTMLResponse(_PAGE, headers=_HEADERS)


@router.get("/docs/start.js")
async def reference_start() -> Response:
    """A file of its own: the policy lets no script stand in the page."""
    return Response(_START, media_type="text/javascript", headers=_DAY)


@router.get("/docs/swagger-ui-bundle.js")
async def reference_script() -> Response:
    """Swagger UI."""
    return Response(_asset("swagger-ui-bundle.js"), media_type="text/javascript", headers=_DAY)


@router.get("/docs/swagger-ui.css")
async def reference_style() -> Response:
    """How it looks."""
    return Response(_asset("swagger-ui.css"), media_type="text/css", headers=_DAY)
