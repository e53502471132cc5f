"""Start-up and memory do not pay for the agent, nor without HTTP for the web: what a process uses, it loads."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = ("langchain", "langchain_core", "langchain_openai", "langgraph", "openai", "tiktoken")
WEB = ("fastapi", "starlette", "uvicorn")


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


@pytest.mark.parametrize("module", ["app.worker", "app.wiring", "app.administration.accounts"])
def test_what_serves_no_http_loads_no_web(module: str):
    asked = f"import sys, {module}; print([name for name in {WEB!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
