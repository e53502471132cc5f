"""The files of `n8n_workflows/` are taken by n8n's own importer as they are."""

import json
from pathlib import Path

from tests.real_n8n.conftest import Lab

FILES = Path(__file__).parents[2] / "n8n_workflows"


async def test_every_file_is_imported_by_n8n_s_own_command(lab: Lab, tmp_path: Path):
    ids: list[str] = []
    for file in FILES.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
        ids.append(json.loads(file.read_bytes())["id"])
    said = await lab.n8n.run("import:workflow", "--separate", f"--input={tmp_path}")
    assert f"Successfully imported {len(ids)} workflows" in said, said
    async with lab.n8n.api() as api:
        for number in ids:
            assert (await api.delete(f"/workflows/{number}")).is_success
