"""How tools answer: a sentence that a model can act on, and data for programs. Pure."""

from typing import Any

from app.domain.tools import ToolAnswer


def done(text: str, **data: Any) -> ToolAnswer:
    """It worked, or was looked up."""
    return ToolAnswer(ok=True, text=text, data=data)


def failed(code: str, text: str, **data: Any) -> ToolAnswer:
    """It did not; `text` says what to do instead."""
    return ToolAnswer(ok=False, text=text, data={"code": code, **data})


def would(what: str, **data: Any) -> ToolAnswer:
    """A replay changes nothing: what it would have done."""
    return done(f"This is a dry run, nothing was changed. It would {what}", dry_run=True, **data)
