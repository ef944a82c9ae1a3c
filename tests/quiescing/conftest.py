from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quiescing.hosts import Host, eventually


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """An instance on which nothing is left running."""
    host = Host(tmp_path)
    yield host
    if (host.session / "log").exists():
        (host.session / "release").touch()
        for name in ("stuck", "slow", "busy"):
            (host.folder / name).unlink(missing_ok=True)
        assert eventually(lambda: (host.session / "result").exists() or not (host.session / "held").exists())
