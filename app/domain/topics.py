"""What a business tells its bot, read from the files that people write: Markdown, CSV, a list of pages. Pure.

A file with a fault is refused whole, with the line: half a price list is worse than none.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.errors import Rejected
from app.domain.language import LOCALES

_HEADING = re.compile(r"#+[ \t]+(.*)")
_KEYWORDS = re.compile(r"keywords:(.*)", re.IGNORECASE)
_FORMAT = "A topic is a line `# Title`, if you like a line `keywords: ...`, and below what the customer is told."
_CSV_FORMAT = "The first line names the columns: title and body, and if you like keywords and locale."
_COLUMNS = frozenset({"title", "body", "keywords", "locale"})
LONGEST_TITLE = 200
_LONGEST_BODY = 8_000


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing worth knowing, in one language. `keywords` are other words that customers use for it."""

    locale: str
    title: str
    body: str
    keywords: str = ""
    source: str = ""


def _refused(line: int, why: str, hint: str) -> Rejected:
    return Rejected(f"Line {line}: {why}", hint=hint, code="bad_knowledge")


def text_of(raw: bytes) -> str:
    """The text of a file of topics, its lines ended in one way.

    Raises:
        Rejected: it is not UTF-8, holds NUL, or holds nothing.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(line, "This is not UTF-8.", "Save the file as text in UTF-8.") from None
    if "\0" in text:
        raise _refused(text.count("\n", 0, text.index("\0")) + 1, "A NUL stands there: this is no text.", _FORMAT)
    if not text.strip():
        raise _refused(1, "The file is empty.", _FORMAT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def topics_of(text: str, locale: str) -> list[Topic]:
    """The topics of a text that a person wrote: `# Title`, perhaps `keywords: other words`, and the answer below.

    Raises:
        Rejected: something stands above the first title, a title has no answer or comes twice, or there is nothing.
    """
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(text.lstrip("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
        if heading := _HEADING.fullmatch(line):
            found.append((number, heading[1].strip(), []))
        elif found:
            found[-1][2].append(line)
        elif line.strip():
            raise _refused(number, "No title stands above this.", _FORMAT)
    if not found:
        raise _refused(1, "There is no title.", _FORMAT)
    return _each_once((number, _topic(number, locale, title, below)) for number, title, below in found)


def _topic(number: int, locale: str, title: str, below: list[str]) -> Topic:
    body = "\n".join(below).strip()
    first, _, rest = body.partition("\n")
    keywords = _KEYWORDS.fullmatch(first.strip())
    topic = Topic(locale, title, rest.strip() if keywords else body, keywords[1].strip() if keywords else "")
    _check(number, topic, _FORMAT)
    return topic


def _check(number: int, topic: Topic, hint: str) -> None:
    if not topic.title:
        raise _refused(number, "The title is empty.", hint)
    if not topic.body:
        raise _refused(number, f"Nothing stands below the title “{topic.title}”.", hint)
    if len(topic.title) > LONGEST_TITLE or len(topic.body) > _LONGEST_BODY:
        limits = f"A title has at most {LONGEST_TITLE} letters, an answer {_LONGEST_BODY}."
        raise _refused(number, f"“{topic.title[:40]}” is too long.", limits)


def _each_once(numbered: Iterator[tuple[int, Topic]]) -> list[Topic]:
    seen: dict[tuple[str, str], int] = {}
    topics: list[Topic] = []
    for number, topic in numbered:
        before = seen.setdefault((topic.locale, topic.title), number)
        if before != number:
            raise _refused(number, f"“{topic.title}” was told in line {before} already.", "Each title once.")
        topics.append(topic)
    return topics


def topics_of_csv(text: str, locale: str) -> list[Topic]:
    """The topics of a table with a line of column names: title, body, and perhaps keywords and locale.

    Raises:
        Rejected: a column is missing or unknown, a row has no title or answer, or its language is none of ours.
    """
    plain = text.lstrip("\ufeff")
    head = plain.partition("\n")[0]
    rows = csv.reader(io.StringIO(plain), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
    numbered: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for row in rows:
            numbered.append((begins, row))
            begins = rows.line_num + 1
    except csv.Error as error:
        raise _refused(begins, f"This is no CSV ({error}).", _CSV_FORMAT) from None
    topics = _each_once(_rows(numbered, locale))
    if not topics:
        raise _refused(1, "There are no rows.", _CSV_FORMAT)
    return topics


def _rows(numbered: list[tuple[int, list[str]]], locale: str) -> Iterator[tuple[int, Topic]]:
    names = [name.strip().casefold() for name in (numbered[0][1] if numbered else [])]
    _check_columns(names)
    for number, row in numbered[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise _refused(number, f"There are {len(row)} cells under {len(names)} columns.", _CSV_FORMAT)
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
        topic = Topic(cells.get("locale") or locale, cells["title"], cells["body"], cells.get("keywords", ""))
        if topic.locale not in LOCALES:
            raise _refused(number, f"There is no language {topic.locale[:20]}.", f"One of {', '.join(LOCALES)}.")
        _check(number, topic, _CSV_FORMAT)
        yield number, topic


def _check_columns(names: list[str]) -> None:
    if unknown := [name for name in names if name not in _COLUMNS]:
        raise _refused(1, f"There is no column “{unknown[0][:40]}”.", _CSV_FORMAT)
    if missing := [name for name in ("title", "body") if name not in names]:
        raise _refused(1, f"The column {missing[0]} is missing.", _CSV_FORMAT)
    if twice := [name for name in names if names.count(name) > 1]:
        raise _refused(1, f"The column {twice[0]} comes twice.", _CSV_FORMAT)


def addresses_of(text: str) -> list[tuple[int, str]]:
    """The addresses of a list of pages, one a line, with their lines; blank lines and those with # are left out.

    Raises:
        Rejected: a line is no web address or comes twice, or there is none.
    """
    found: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    hint = "One https address a line; lines that begin with # are left out."
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        if not re.fullmatch(r"https?://[^\s<>\"]+", said):
            raise _refused(number, "This is no web address.", hint)
        if (before := seen.setdefault(said, number)) != number:
            raise _refused(number, f"This address stands in line {before} already.", hint)
        found.append((number, said))
    if not found:
        raise _refused(1, "There is no address.", hint)
    return found


def from_source(topics: list[Topic], source: str) -> list[Topic]:
    """The topics with where they come from."""
    return [replace(topic, source=source) for topic in topics]


def one_of_each_title(topics: list[Topic]) -> list[Topic]:
    """Pages may have the same heading: the later ones are numbered."""
    counts: dict[str, int] = {}
    found: list[Topic] = []
    for topic in topics:
        count = counts[topic.title] = counts.get(topic.title, 0) + 1
        found.append(topic if count == 1 else replace(topic, title=f"{topic.title} [{count}]"))
    return found
