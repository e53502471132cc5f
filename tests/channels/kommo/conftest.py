"""Kommo's recorded bodies, from the vendor documents beside the repository."""

import os
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "kommo"


@pytest.fixture
def recorded():
    """Read a recorded body by its name; skip loudly where the recordings are missing, never with CI=true."""

    def read(name: str) -> bytes:
        path = SAMPLES / f"{name}.txt"
        if not path.exists():
            reason = f"the recorded body {path.name} is not beside this checkout (../shared/samples/kommo)"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
        return path.read_bytes()

    return read
