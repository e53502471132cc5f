"""The vendor's refusals: problem+json with its titles, validation errors with its codes, and nginx's HTML."""

from typing import Any

import orjson

from app.sandbox.exchange import HTML, PROBLEM, Answer

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
BLOCKED_PAGE = (
    b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
    b"<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class RefusedError(Exception):
    """A call that gets an error answer; raised anywhere below an endpoint."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


def problem(status: int, detail: str, **more: Any) -> Answer:
    title = TITLES[status]
    body = {"title": title, "type": f"https://httpstatus.es/{status}", "status": status, "detail": detail, **more}
    return Answer(status, orjson.dumps(body), PROBLEM)


def refuse(status: int, detail: str, **more: Any) -> RefusedError:
    return RefusedError(problem(status, detail, **more))


def invalid(code: str, path: str, detail: str, *, request_id: str = "0") -> RefusedError:
    """One field is wrong."""
    return invalid_many([{"request_id": request_id, "errors": [{"code": code, "path": path, "detail": detail}]}])


def invalid_many(found: list[dict[str, Any]]) -> RefusedError:
    body = {
        "validation-errors": found,
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": "Request validation failed",
    }
    return RefusedError(Answer(400, orjson.dumps(body), PROBLEM))


def not_a_choice(path: str, *, request_id: str = "0") -> RefusedError:
    detail = "The value you selected is not a valid choice."
    return invalid("NotSupportedChoice", path, detail, request_id=request_id)


def blocked() -> Answer:
    """What a blocked address gets for every call: a web server's page, not JSON."""
    return Answer(403, BLOCKED_PAGE, HTML)
