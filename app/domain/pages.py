"""What a web page says, as topics: its text in the encoding that it names, each section under its heading. Pure.

Nothing that can be read is lost: short sections are kept, and what must be cut is cut between words.
"""

import codecs
import re
import textwrap
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from app.domain.errors import Rejected
from app.domain.language import vocabulary
from app.domain.topics import LONGEST_TITLE, Topic

_PIECE: Final = 700  # letters of a page that one answer holds
_LEAST: Final = 20  # letters; a shorter end is said with what stands before it
_QUIET: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "nav", "footer", "header", "form", "aside"}
)
_BLOCKS: Final = vocabulary(
    """p div section article main li ul ol tr table br hr dd dt dl h5 h6 blockquote pre address figcaption"""
)
_CELLS: Final = frozenset({"td", "th"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4"})
_HEAD: Final = 4_096  # bytes in which a page names its encoding
_NAMED: Final = re.compile(
    rb"""<meta\b[^>]{0,200}?\bcharset\s{0,9}=[\s"']{0,9}([\w:-]{1,40})|<\?xml\b[^>]{0,99}?\bencoding=["']([\w:-]{1,40})""",
    re.IGNORECASE,
)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Pages that name one of these mean the other: browsers read them so.
_MEANT: Final = {"iso8859-1": "cp1252", "ascii": "cp1252"}


def page_of(raw: bytes, charset: str = "") -> str:
    """The text of a page in the encoding of its mark, of the answer's head (`charset`), or of its own head; else UTF-8.

    Raises:
        Rejected: it is not in that encoding.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if raw.startswith(mark)), (b"", ""))
    encoding = encoding or _known(charset) or _own(raw) or "utf-8"
    try:
        text = raw.removeprefix(mark).decode(encoding)
    except ValueError:
        text = "\0"
    if "\0" in text:
        hint = "The page must say its encoding in its Content-Type, or be in UTF-8. Nothing was learned."
        raise Rejected(f"The page cannot be read as {encoding}.", hint=hint, code="bad_knowledge")
    return text


def _known(label: str) -> str:
    """The encoding by the name that Python has for it; empty where it is none of text."""
    try:
        name = codecs.lookup(label.strip(" \"'")).name
        b"a".decode(name, "ignore")
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name)


def _own(raw: bytes) -> str:
    """What the page says of itself. Where its letters could be read one by one, it is in none of two bytes each."""
    found = _NAMED.search(raw[:_HEAD])
    label = _known((found[1] or found[2]).decode("ascii", "replace")) if found else ""
    return "" if label.startswith(("utf-16", "utf-32")) else label


class _Page(HTMLParser):
    """The headings of a page and the text below each; menus, scripts and forms are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.sections: list[tuple[str, list[str]]] = [("", [])]
        self._quiet = 0
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's form
        if tag in _QUIET:
            self._quiet += 1
        elif tag in _HEADINGS:
            self.sections.append(("", []))
            self._into = "heading"
        elif tag == "title":
            self._into = "title"
        else:
            self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _QUIET:
            self._quiet = max(0, self._quiet - 1)
        elif tag in _HEADINGS or tag == "title":
            self._into = ""
        else:
            self._part(tag)

    def _part(self, tag: str) -> None:
        """What stands on either side of a block or a cell is not one word."""
        if tag in _BLOCKS:
            self._add(" " if self._into else "\n")
        elif tag in _CELLS:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        if self._into == "title" or not self._quiet:
            self._add(data)

    def _add(self, text: str) -> None:
        heading, below = self.sections[-1]
        if self._into == "title":
            self.title += text
        elif self._into == "heading":
            self.sections[-1] = (f"{heading}{text}", below)
        else:
            below.append(text)


def topics_of_page(html: str, locale: str, *, address: str) -> list[Topic]:
    """The sections of a web page, each under its heading, in pieces that an answer can hold. Empty: it says nothing."""
    page = _Page()
    page.feed(html)
    page.close()
    named = " ".join(page.title.split()) or address
    topics: dict[str, Topic] = {}
    for heading, below in page.sections:
        title = (" ".join(heading.split()) or named)[:LONGEST_TITLE]
        for piece in _pieces("".join(below)):
            own, count = title, 1
            while own in topics:
                count += 1
                own = f"{title} ({count})"
            topics[own] = Topic(locale, own, piece, source=address)
    return list(topics.values())


def _pieces(text: str) -> list[str]:
    """Paragraphs, put together as long as they fit; a short end goes with what stands before it."""
    pieces: list[str] = []
    for part in _parts(text):
        if pieces and (len(pieces[-1]) + len(part) < _PIECE or len(part) < _LEAST):
            pieces[-1] = f"{pieces[-1]}\n{part}"
        else:
            pieces.append(part)
    return pieces


def _parts(text: str) -> Iterator[str]:
    """Paragraphs that say something, cut at blanks where they are too long."""
    for paragraph in (" ".join(line.split()) for line in text.split("\n")):
        if any(map(str.isalnum, paragraph)):
            yield from textwrap.wrap(paragraph, _PIECE, break_on_hyphens=False)
