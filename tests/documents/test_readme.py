"""The README cannot rot: its tables are checked against the code they describe."""

import re
from pathlib import Path

import pytest

from alignment.access import ROLE_PERMISSIONS, SENTENCES
from alignment.audit import AuditTag
from alignment.metrics.catalog import CATALOG
from alignment.ui.navigation import PAGES
from alignment.vocabulary import Role, label

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", CATALOG.values(), ids=lambda metric: metric.slug)
def test_every_metric_stands_in_the_words_with_its_definition(metric):
    assert f"| {metric.label} | {metric.definition} |" in README


@pytest.mark.parametrize("role", Role)
def test_every_role_stands_with_exactly_what_it_may(role):
    may = "; ".join(SENTENCES[permission] for permission in SENTENCES if permission in ROLE_PERMISSIONS[role])

    assert f"| {label(role)} | {may} |" in README


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_every_page_stands_with_its_address(entry):
    """Three pages were added and the table did not name them."""
    assert f"| {entry.title} `/{entry.path}` | " in README


def test_the_two_commands_stand_as_people_type_them():
    assert "python -m pip install -r requirements.txt && python -m streamlit run dashboard.py" in README
    assert "python -m pip install -r requirements-dev.txt && python -m pytest" in README


def test_every_picture_and_file_named_exists():
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    files = re.findall(r"`((?:docs|sample_data|alignment|pages|\.ci)/[^`]*|LICENSE)`", README)

    assert pictures, "the README shows a picture"
    assert [name for name in pictures + files if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("tag", AuditTag)
def test_every_audit_tag_obeys_the_grammar(tag):
    """subject[:part]:action"""
    assert re.fullmatch(r"[a-z]+(:[a-z]+)?:[a-z]+", tag.value)


def test_decisions_are_numbered_without_gap_or_twin():
    numbers = sorted(path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem
)
def test_a_decision_has_its_five_parts_on_one_page(path):
    text = path.read_text(encoding="utf-8")

    assert text.startswith(f"# {path.name[:4]}. ")
    assert all(
        f"\n{part}:" in text for part in ("Status", "Context", "Decision", "Consequences", "Alternatives")
    )
    assert len(text.splitlines()) <= 60
