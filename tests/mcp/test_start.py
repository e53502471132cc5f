"""A start does not pay for the SDK: it is imported when a tool is first wanted."""

import subprocess
import sys
from pathlib import Path


def test_the_sdk_is_not_imported_with_the_app(root: Path):
    said = (
        "import sys, app.main, app.worker; sys.exit(any(m.split('.')[0] in ('mcp', 'mcp_types') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", said], cwd=root, check=False).returncode == 0
