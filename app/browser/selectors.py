"""Whether a CSS selector is one, known before a browser is there. Pure.

The grammar of selectors level 4, with pseudo-classes of any name: Playwright has some of its own.
"""

import re
from typing import Final

_NAME: Final = r"(?:--|-?(?:[A-Za-z_]|[^\x00-\x7f]|\\.))(?:[\w-]|[^\x00-\x7f]|\\.)*"
_TEXT: Final = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>\s+)
    |(?P<comma>,)
    |(?P<joint>[>+~])
    |(?P<tag>(?:(?:{_NAME}|\*)?\|)?(?:{_NAME}|\*))
    |(?P<simple>\#(?:[\w-]|[^\x00-\x7f]|\\.)+|\.{_NAME}
      |\[\s*(?:(?:{_NAME}|\*)?\|)?{_NAME}\s*(?:[~|^$*]?=\s*(?:{_NAME}|{_TEXT})\s*(?:[iIsS]\s*)?)?\])
    |(?P<pseudo>::?{_NAME})
    """,
    re.VERBOSE,
)
_INSIDE: Final = re.compile(rf"""[^()"']+|{_TEXT}|(?P<opens>\()|(?P<closes>\))""")


def fault_in(selector: str) -> str:
    """What is wrong with it; empty where nothing is."""
    at, before = 0, "comma"
    while at < len(selector):
        found = _TOKEN.match(selector, at)
        if found is None:
            return f"it cannot be read from {selector[at:]!r} on"
        kind, at = str(found.lastgroup), found.end()
        if kind == "pseudo" and selector[at : at + 1] == "(":
            at = _closed(selector, at)
            if not at:
                return "a bracket is not closed"
        if kind == "space":
            before = "gap" if before in ("tag", "simple", "pseudo") else before
            continue
        if _is_out_of_place(kind, before):
            return f"{found[0]!r} is out of place"
        before = kind
    return "it ends too early" if before in ("comma", "joint") else ""


def _is_out_of_place(kind: str, before: str) -> bool:
    if kind == "comma":
        return before in ("comma", "joint")
    if kind == "joint":
        return before == "joint"
    return kind == "tag" and before in ("tag", "simple", "pseudo")


def _closed(selector: str, at: int) -> int:
    """Where the bracket that opens here has been closed; 0: nowhere."""
    depth = 0
    while found := _INSIDE.match(selector, at):
        at = found.end()
        depth += (found.lastgroup == "opens") - (found.lastgroup == "closes")
        if not depth:
            return at
    return 0
