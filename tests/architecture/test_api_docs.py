"""docs/api.md is what the OpenAPI document says."""

import importlib.util
from types import ModuleType

import pytest

from tests.architecture.source import ROOT


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_api_docs", ROOT / "scripts" / "write_api_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_api_is_fresh(writer: ModuleType) -> None:
    written = writer.TARGET.read_text(encoding="utf-8")
    assert written == writer.current(), "run `make docs`"


def test_every_call_has_a_line_and_a_chapter(writer: ModuleType) -> None:
    written = writer.TARGET.read_text(encoding="utf-8")
    for chapter in ("GET /test-integration", "POST /webhooks/kommo", "DELETE /reset/conversations"):
        assert f"| [`{chapter}`]" in written
        assert f"### {chapter}\n" in written
