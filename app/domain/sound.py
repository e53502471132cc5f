"""Recordings: what kind of file one is, how long it lasts, and whether what was heard in it is anything. Pure.

A file is told by its own first bytes, for a messenger calls them what it likes; one that tells no length has none.
"""

import re
import struct
from dataclasses import dataclass
from typing import Final

from app.domain.messages import MessageKind, normalise
from app.domain.storable import storable, visible

SPOKEN: Final = frozenset({MessageKind.VOICE, MessageKind.AUDIO})
# Letters of what was heard that are kept: some ten minutes of speech.
LONGEST: Final = 8_000
_DAY: Final = 86_400
_OPUS_RATE: Final = 48_000

# The name that a recording goes by, from its first bytes.
_BEGINNINGS: Final = (
    (re.compile(rb"OggS"), "ogg"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "wav"),
    (re.compile(rb"....ftyp", re.DOTALL), "m4a"),
    (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), "mp3"),
    (re.compile(rb"\x1aE\xdf\xa3"), "webm"),
    (re.compile(rb"fLaC"), "flac"),
    (re.compile(rb"#!AMR"), "amr"),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), "aac"),
)
# Kilobits a second of an MP3 of layer III: of MPEG 1, and of 2 and 2.5.
_BITRATES: Final = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
# What models write for noise and for nothing: a remark in brackets, notes of music, and the ends of films.
_REMARK: Final = re.compile(r"(?:[\[(*\u266a\u266b][^\])*\u266a\u266b]{0,60}[\])*\u266a\u266b]?[\s.]*)+")
_PHANTOM: Final = re.compile(
    r"(?:obrigad[oa] por assistir|gracias por ver(?: el v[ií]deo)?|thanks? (?:you )?for watching"
    r"|(?:legendas?|subt[ií]tulos|subtitles|legendado|sottotitoli)\b.{0,60}\bamara\.org"
    r"|(?:legendas?|subt[ií]tulos|subtitles) (?:por|by|realizados por).{0,60}"
    r"|inscreva-se no canal|suscr[ií]bete(?: al canal)?|(?:please )?subscribe to (?:my|the|our) channel)[\s.!\u2026]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it is handed to whoever hears it."""

    body: bytes
    name: str  # with the ending that says what it is
    content_type: str


def recording_of(body: bytes, content_type: str) -> Recording:
    """The file under a name of ours: what its sender called it is nobody's matter."""
    plain = content_type.partition(";")[0].strip().lower()
    ending = next((name for begins, name in _BEGINNINGS if begins.match(body)), "")
    return Recording(body, f"voice.{ending or plain.rpartition('/')[2] or 'ogg'}", plain or "audio/ogg")


def seconds_of(body: bytes) -> int | None:
    """How long it lasts, in whole seconds; a sound has one at least. None where the file does not tell."""
    ways = {"ogg": _of_ogg, "wav": _of_wav, "m4a": _of_mp4, "mp3": _of_mp3}
    kind = next((name for begins, name in _BEGINNINGS if begins.match(body)), "")
    try:
        seconds = ways[kind](body) if kind in ways else 0.0
    except (struct.error, IndexError, ZeroDivisionError):
        return None
    return max(1, round(seconds)) if 0 < seconds < _DAY else None


def words_in(heard: str) -> str:
    """What was said; empty where a model has only put words to silence, noise or music."""
    said = normalise(storable(heard))[:LONGEST]
    if not visible(said) or not re.search(r"\w", said) or _REMARK.fullmatch(said) or _PHANTOM.fullmatch(said):
        return ""
    return said


def _of_ogg(body: bytes) -> float:
    """The last page says how many samples there were until its end."""
    last = body.rindex(b"OggS") if b"OggS" in body else 0
    (samples,) = struct.unpack_from("<q", body, last + 6)
    if (opus := body.find(b"OpusHead", 0, 512)) >= 0:
        (skipped,) = struct.unpack_from("<H", body, opus + 10)
        return (samples - skipped) / _OPUS_RATE
    vorbis = body.find(b"\x01vorbis", 0, 512)
    (rate,) = struct.unpack_from("<I", body, vorbis + 12) if vorbis >= 0 else (_OPUS_RATE,)
    return samples / rate


def _of_wav(body: bytes) -> float:
    begins, data = body.find(b"fmt ", 0, 4096), body.find(b"data", 0, 65_536)
    if begins < 0 or data < 0:
        return 0.0
    (bytes_a_second,) = struct.unpack_from("<I", body, begins + 16)
    return (len(body) - data - 8) / bytes_a_second


def _of_mp4(body: bytes) -> float:
    head = body.find(b"mvhd")
    if head < 0:
        return 0.0
    scale, length = (
        struct.unpack_from(">IQ", body, head + 24) if body[head + 4] else struct.unpack_from(">II", body, head + 16)
    )
    return length / scale


def _of_mp3(body: bytes) -> float:
    """By the count of frames where it is told, else by the rate of the first one."""
    start = _after_tag(body)
    version, rates = (body[start + 1] >> 3) & 3, (44_100, 48_000, 32_000)
    rate = rates[(body[start + 2] >> 2) & 3] >> {3: 0, 2: 1, 0: 2}.get(version, 0)
    told = max(body.find(mark, start, start + 64) for mark in (b"Xing", b"Info"))
    if told >= 0 and body[told + 7] & 1:
        (frames,) = struct.unpack_from(">I", body, told + 8)
        return frames * (1152 if version == 3 else 576) / rate  # noqa: PLR2004 - MPEG 1
    kilobits = _BITRATES[0 if version == 3 else 1][body[start + 2] >> 4]  # noqa: PLR2004 - the same
    return (len(body) - start) * 8 / (kilobits * 1000)


def _after_tag(body: bytes) -> int:
    """Where the sound begins, behind what a player shows of it."""
    if not body.startswith(b"ID3"):
        return 0
    size = 0
    for byte in body[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10
