"""Start-up and memory do not pay for the agent: its library is loaded at first use, by the process that uses it."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = ("langchain", "langchain_core", "langchain_openai", "langgraph", "openai", "tiktoken")


@pytest.mark.parametrize(
    "module", ["app.main", "app.worker", "app.processes", "app.wiring", "app.agents.assembly", "app.hearing.assembly"]
)
def test_no_entry_point_loads_the_models_library(module: str):
    asked = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_loop_does():
    asked = f"import sys, app.agents.loop; print([name for name in {HEAVY!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "langchain" in said.stdout
