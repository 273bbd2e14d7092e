"""Settings are read back at the start: one that did not arrive stops it."""

import gc
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit.web.server.app_discovery import discover_asgi_app

from alignment.errors import BadSettings
from alignment.settings import Mode
from alignment.ui import startup

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def option(name, **changed):
    section, key = name.split(".")
    return changed.get(key, CONFIG.get(section, {}).get(key))


def test_the_app_object_is_found_without_running_the_file():
    """Made by a helper it would not be, and the guard would silently be absent (joints.md, a)."""
    found = discover_asgi_app(ROOT / "dashboard.py")

    assert found.is_asgi_app
    assert found.import_string == "dashboard:app"


def test_the_committed_settings_are_the_expected_ones():
    startup.check_config(Mode.LOCAL, option)


@pytest.mark.parametrize("name", startup.EXPECTED)
def test_each_setting_that_differs_is_named(name):
    key = name.split(".")[1]

    with pytest.raises(BadSettings, match=name.replace(".", r"\.")):
        startup.check_config(Mode.LOCAL, lambda asked: option(asked, **{key: "something else"}))


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.2", "", None, "::"])
def test_local_mode_refuses_an_address_that_others_can_reach(address):
    with pytest.raises(BadSettings, match=r"server\.address"):
        startup.check_config(Mode.LOCAL, lambda asked: option(asked, address=address))


def test_shared_mode_is_refused_until_there_is_a_sign_in():
    with pytest.raises(BadSettings, match="no sign-in"):
        startup.check_config(Mode.SHARED, option)


def test_users_from_headers_are_refused():
    with pytest.raises(BadSettings, match="trustedUserHeaders"):
        startup.check_config(Mode.LOCAL, lambda asked: option(asked, trustedUserHeaders={"x-user": "email"}))


@pytest.mark.parametrize(
    ("configured", "base"),
    [("", ""), (None, ""), ("align", "/align"), ("/align/", "/align"), ("a/b", "/a/b")],
)
def test_own_routes_go_below_the_base_path(configured, base):
    assert startup.base_path(lambda _name: configured) == base


def test_the_heap_is_frozen_once():
    """In a process of its own: freezing cannot be taken back without thawing this one's."""
    script = (
        "import gc; from alignment.ui import startup; startup.freeze_heap(); first = gc.get_freeze_count();"
        "startup.freeze_heap(); assert first > 10_000 and gc.get_freeze_count() <= first, first"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert gc.get_freeze_count() == 0
