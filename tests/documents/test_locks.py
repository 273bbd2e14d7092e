"""
The two locks install on a fresh machine, today and after the next release of anything in them.

The story: pytest-cov asked for `coverage[toml]>=7.10.6`. The lock pinned `coverage`, but pip keeps a
package and the same package with an extra apart while it resolves, took the newest release for the second,
and refused it for having no hash. The lock had worked until coverage published another release.
"""

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def locked(name: str) -> dict[str, str]:
    """Package -> version of one lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_no_locked_package_asks_for_an_extra_of_another(lock: str) -> None:
    asked = [
        f"{package} asks for {wish}"
        for package in installed(lock)
        for wish in map(Requirement, requires(package) or ())
        if wish.extras and (wish.marker is None or wish.marker.evaluate({"extra": ""}))
    ]
    assert asked == []


def installed(lock: str) -> list[str]:
    """The locked packages that belong on this platform: most of the lock, or the test would mean nothing."""
    found = []
    packages = locked(lock)
    for package in packages:
        try:
            requires(package)
        except ModuleNotFoundError:  # pinned for another platform
            continue
        found.append(package)
    assert len(found) > 0.8 * len(packages) > 0
    return found


def test_what_runs_is_pinned_alike_in_both_locks() -> None:
    run, check = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: check.get(name) for name in run} == run
