"""What every test may ask for: golden files, the real seeds, the fakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare with tests/golden/NAME: golden("digest.txt", text)."""

    def compare(name: str, text: str) -> None:
        path = HERE / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        expected = path.read_text(encoding="utf-8") if path.exists() else "(no golden file yet: make golden)"
        assert expected == text

    return compare


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data: NEWSLETTER_SHARED, else ../shared beside the project."""
    told = os.environ.get("NEWSLETTER_SHARED")
    folder = Path(told) if told else HERE.parent.parent / "shared"
    if not (folder / "seeds").is_dir():
        if told:
            pytest.fail(f"NEWSLETTER_SHARED is {told}, but there is no folder seeds in it")
        pytest.skip("no shared data: set NEWSLETTER_SHARED to the folder that holds seeds/")
    return folder


@pytest.fixture(scope="session")
def seeds(shared: Path) -> tuple[Path, ...]:
    """The three real dumps."""
    files = tuple(sorted((shared / "seeds").glob("*.txt")))
    assert len(files) == 3
    return files
