"""The page of a replay: old and new answers beside each other. Pure; everything is escaped, and nothing runs on it."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import Final

from app.services.workflows.replaying import Answer, Pair, Verdict, counted

_CSS: Final = """
:root { color-scheme: light dark; --line: #c9ced6; --soft: #f3f5f8; --mark: #b45309; --ok: #15803d; --bad: #b91c1c;
  --text: #1f2937; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3b4350; --soft: #1c222b; --mark: #f59e0b; --ok: #4ade80; --bad: #f87171;
    --text: #e5e7eb; }
  body { background: #12161c; }
}
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); }
h1 { font-size: 1.4rem; margin: 0; }
.sum { color: var(--text); opacity: .75; margin: .25rem 0 2rem; }
article { border: 1px solid var(--line); border-radius: .6rem; margin: 0 0 1.25rem; overflow: hidden; }
header { display: flex; gap: 1rem; padding: .5rem 1rem; background: var(--soft); border-bottom: 1px solid var(--line); }
header h2 { font-size: .95rem; margin: 0; white-space: nowrap; }
header time { opacity: .7; font-size: .9rem; }
header b { margin-left: auto; font-size: .9rem; }
.same { color: var(--ok); }
.differs { color: var(--mark); }
.failed { color: var(--bad); }
.later { opacity: .7; }
.asked { padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
.both { display: grid; grid-template-columns: 1fr 1fr; }
section { padding: .6rem 1rem; min-width: 0; }
section + section { border-left: 1px solid var(--line); }
h3 { font-size: .8rem; margin: 0 0 .4rem; opacity: .7; text-transform: uppercase; letter-spacing: .04em; }
p { margin: 0 0 .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.balloon { background: var(--soft); border-radius: .6rem; padding: .4rem .7rem; }
.meta { font-size: .85rem; opacity: .75; }
@media (max-width: 40rem) { .both { grid-template-columns: 1fr; }
  section + section { border-left: 0; border-top: 1px solid var(--line); } }
"""
_CLASSES: Final = {
    Verdict.SAME: "same",
    Verdict.DIFFERENT: "differs",
    Verdict.FAILED: "failed",
    Verdict.LATER: "later",
}
_HASH: Final = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def page(pairs: Sequence[Pair], against: str) -> str:
    """One file without links, pictures or scripts. It holds customers' words: it belongs where only you can read it."""
    summary = f"Against {against}: {counted(pairs)}."
    body = "\n".join(_article(pair) for pair in pairs) or "<p>No turn was asked in this time.</p>"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>Replay</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<h1>Replay</h1>\n"
        f'<p class="sum">{escape(summary)}</p>\n{body}\n</body>\n</html>\n'
    )


def _article(pair: Pair) -> str:
    mark = f'<b class="{_CLASSES[pair.verdict]}">{pair.verdict.value}</b>'
    asked = "".join(f"<p>{escape(text)}</p>" for text in pair.asked)
    return (
        f"<article>\n<header><h2>Turn {escape(pair.turn_id)}</h2>"
        f"<time>{escape(f'{pair.at:%Y-%m-%d %H:%M}')} UTC</time>{mark}</header>\n"
        f'<div class="asked"><h3>Customer</h3>{asked}</div>\n'
        f'<div class="both">{_section("Then", pair.old)}{_section("Now", pair.new)}</div>\n</article>'
    )


def _section(title: str, answer: Answer) -> str:
    balloons = "".join(f'<p class="balloon">{escape(text)}</p>' for text in answer.balloons)
    extras = "".join(f'<p class="meta">{escape(text)}</p>' for text in answer.extras)
    took = f" · {answer.seconds:.1f} s" if answer.seconds is not None else ""
    return f'<section><h3>{title}</h3><p class="meta">{escape(answer.outcome)}{took}</p>{balloons}{extras}</section>'
