"""Prompts are files that are checked when they are read; a fault is told with file and line."""

from pathlib import Path

import pytest

from app.agents.prompting import NAMES, BadPrompt, Prompts, parsed
from app.domain.language import LOCALES, guess

GOOD = "---\nname: reply\nversion: 2\nlanguage: en\n---\nYou are {business}.\nSpeak {language}.\n"


def read(text: str) -> str:
    return parsed(text, where="reply.md", name="reply", language="en").filled("Shop")


def test_a_prompt_is_filled_with_the_business():
    assert read(GOOD) == "You are Shop.\nSpeak en."
    assert read("\ufeff" + GOOD.replace("\n", "\r\n")) == "You are Shop.\nSpeak en."


def test_a_business_without_a_name_is_spoken_of_in_a_sentence_that_needs_none():
    every = Prompts.read(None)
    for name in NAMES:
        for locale, said in zip(LOCALES, ("de uma empresa", "de una empresa", "of a company"), strict=True):
            assert said in every.get(name, locale).filled("")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("You are", 1, "begins with a head"),
        ("", 1, "begins with a head"),
        (GOOD.replace("version: 2\n", ""), 4, "says no version"),
        (GOOD.replace("version: 2", "version: two"), 3, "whole number"),
        (GOOD.replace("version: 2", "version: 0"), 3, "whole number"),
        (GOOD.replace("name: reply", "name: brief"), 2, "the file's place says reply"),
        (GOOD.replace("language: en", "language: es"), 4, "the file's place says en"),
        (GOOD.replace("name: reply", "owner: me"), 2, "the head has"),
        (GOOD.replace("version: 2", "name: reply"), 3, "each once"),
        (GOOD.replace("{business}", "{buisness}"), 6, "{buisness} is no placeholder"),
        (GOOD.replace("{language}", "{language"), 7, "is no placeholder"),
        (GOOD.split("You", maxsplit=1)[0], 6, "nothing stands below"),
        ("---\nname: reply\n", 3, "the head"),
        (GOOD + "x" * 20_001, 8, "at most"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, why: str):
    with pytest.raises(BadPrompt) as caught:
        read(text)
    assert caught.value.message.startswith(f"reply.md, line {line}: ")
    assert why in caught.value.message


def test_every_prompt_is_there_in_every_language_and_in_that_language():
    prompts = Prompts.read()
    for locale in LOCALES:
        for name in NAMES:
            prompt = prompts.get(name, locale)
            assert (prompt.name, prompt.language, prompt.version >= 1) == (name, locale, True)
            assert guess(prompt.text) == locale
        assert '"customer"' in prompts.get("reply", locale).text


def test_an_own_folder_replaces_what_it_holds_and_nothing_else(tmp_path: Path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "reply.md").write_text(GOOD)
    prompts = Prompts.read(tmp_path)
    assert prompts.get("reply", "en").text.startswith("You are {business}.")
    assert prompts.get("reply", "es").text == Prompts.read().get("reply", "es").text
    assert prompts.get("reply", "fr").language == "pt-BR"


def test_a_folder_that_is_none_is_told(tmp_path: Path):
    with pytest.raises(BadPrompt):
        Prompts.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("place", "raw", "why"),
    [
        ("en/reply.md", GOOD.encode() + "Olá".encode("latin-1"), r"reply\.md, line 8: this is not UTF-8"),
        ("en/reply.md", GOOD.encode() + b"\n\0", r"reply\.md, line 9: a NUL stands there"),
        ("en/reply.md", GOOD.replace("language: en", "language:").encode(), r"reply\.md, line 4: language is empty"),
        ("en/reply.md", GOOD.replace("version: 2", f"version: {'9' * 5000}").encode(), r"line 3: version is a whole"),
        ("en/answer.md", GOOD.encode(), r"there is no prompt answer; there are reply, first_message, brief"),
        ("pt/reply.md", GOOD.encode(), r"there is no language pt"),
        ("en/reply.txt", GOOD.encode(), r"holds no prompt"),
    ],
)
def test_a_folder_with_a_file_that_could_not_count_is_refused(tmp_path: Path, place: str, raw: bytes, why: str):
    (tmp_path / place).parent.mkdir()
    (tmp_path / place).write_bytes(raw)
    with pytest.raises(BadPrompt, match=why):
        Prompts.read(tmp_path)
