"""Recordings: told by their own bytes, measured where the file says how long it is, and silence is no words."""

import struct

import pytest

from app.domain.sound import LONGEST, recording_of, seconds_of, words_in


def ogg(samples: int, *, skipped: int = 312) -> bytes:
    """An Opus voice as messengers send it, as far as its pages tell of its length."""
    head = struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, skipped, 48_000, 0, 0)
    page = struct.Struct("<4sBBqIIIBB")
    first = page.pack(b"OggS", 0, 2, 0, 1, 0, 0, 1, len(head)) + head
    return first + page.pack(b"OggS", 0, 4, samples, 1, 1, 0, 1, 3) + b"\x01\x02\x03"


def vorbis(samples: int) -> bytes:
    return ogg(samples).replace(struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, 312, 48_000, 0, 0), VORBIS)


VORBIS = b"\x01vorbis" + struct.pack("<IBI", 0, 1, 44_100)
WAV = b"RIFF\0\0\0\0WAVE" + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16_000, 2, 16) + b"data\0\0\0\0"
M4A = b"\0\0\0\x18ftypM4A " + bytes(20) + b"mvhd" + bytes(12) + struct.pack(">II", 1000, 23_400)
M4A_LONG = b"\0\0\0\x18ftypM4A " + bytes(20) + b"mvhd\x01" + bytes(19) + struct.pack(">IQ", 600, 6000)
MP3 = b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x00"  # MPEG 1, 128 kbit/s, 44.1 kHz
MP3_VBR = b"\xff\xfb\x90\x00" + bytes(32) + b"Xing" + struct.pack(">II", 1, 383) + bytes(40)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (ogg(48_000 * 23 + 312), 23),
        (vorbis(44_100 * 4), 4),
        (WAV + bytes(16_000 * 3), 3),
        (M4A, 23),
        (M4A_LONG, 10),
        (MP3 + bytes(16_000 * 5), 5),
        (MP3_VBR, 10),
        (ogg(5000), 1),
        (ogg(0), None),
        (ogg(-1), None),
        (ogg(48_000 * 90_000), None),
        (b"OggS", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"\0\0\0\x18ftypM4A mvhd", None),
        (b"\xff\xfb", None),
        (b"\xff\xfb\x0c\x00", None),
        (b"ID3\x03\0\0\x7f\x7f\x7f\x7f", None),
        (b"#!AMR\n" + bytes(50), None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_recording_is_as_long_as_its_file_tells(body: bytes, seconds: int | None):
    assert seconds_of(body) == seconds


@pytest.mark.parametrize("cut", range(0, 60, 7))
@pytest.mark.parametrize("body", [ogg(96_000), WAV, M4A, M4A_LONG, MP3, MP3_VBR])
def test_a_file_that_is_cut_short_has_perhaps_a_length_and_never_an_error(body: bytes, cut: int):
    found = seconds_of(body[:cut])
    assert found is None or found > 0


@pytest.mark.parametrize(
    ("body", "told", "name", "content_type"),
    [
        (ogg(1), "audio/ogg; codecs=opus", "voice.ogg", "audio/ogg"),
        (M4A, "application/octet-stream", "voice.m4a", "application/octet-stream"),
        (b"?", "audio/AAC", "voice.aac", "audio/aac"),
        (b"?", "", "voice.ogg", "audio/ogg"),
    ],
)
def test_a_recording_goes_by_a_name_of_ours_that_says_what_it_is(body: bytes, told: str, name: str, content_type: str):
    recording = recording_of(body, told)
    assert (recording.name, recording.content_type) == (name, content_type)


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (" Quero falar com um atendente.\n", "Quero falar com um atendente."),
        ("Obrigado por assistir ao vídeo de vocês, quanto custa?",) * 2,
        ("Quanto custa (a limpeza)?",) * 2,
        ("", ""),
        (" \u200b\n", ""),
        ("...", ""),
        ("[BLANK_AUDIO]", ""),
        ("(música) (risos)", ""),
        ("\u266a\u266a", ""),
        ("*suspiro*", ""),
        ("Obrigado por assistir!", ""),
        ("Thank you for watching.", ""),
        ("Legendas pela comunidade Amara.org", ""),
        ("Subtítulos realizados por la comunidad de Amara.org", ""),
        ("a\x00b", "ab"),
        ("x" * (LONGEST + 5), "x" * LONGEST),
    ],
)
def test_what_models_make_of_silence_is_no_words(heard: str, words: str):
    assert words_in(heard) == words
