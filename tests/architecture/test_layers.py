"""
Imports point down (decisions.md section 4 as it stands in docs/decisions/0001).

The table below is the law. A module that is not in it fails with "add it to
LAYERS"; a planted wrong import is shown to fail, so the check cannot go blind.
"""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYERS: dict[str, int] = {
    "vocabulary": 0, "periods": 0, "money": 0, "errors": 0, "settings": 0, "view": 0,
    "opening": 0, "heap": 0,
    "tables": 1, "stats": 1, "imports": 1, "access": 1, "photos": 1,
    "db": 2, "migrations": 2, "audit": 2, "journal": 2, "metrics": 2,
    "rollups": 2, "many": 2,
    "queries": 3, "wording": 3,
    "insights": 4, "figures": 4,
    "answers": 5,
    "actions": 6, "exports": 6, "demo": 6,
    "ui": 7,
    "pages": 8, "dashboard": 8, "cli": 8, "__main__": 8,
}  # fmt: skip

# What a module may import of ours, where that is narrower or wider than "everything below".
ALLOWED: dict[str, set[str]] = {
    "periods": {"errors"},
    "money": {"errors"},
    "opening": {"periods"},
    "heap": set(),
    "settings": {"errors"},
    "view": {"periods", "errors"},
    "tables": {"vocabulary", "errors"},
    "stats": set(),
    "photos": {"errors"},
    "imports": {"vocabulary", "periods", "money", "errors", "view"},
    "access": {"vocabulary", "errors"},
    "db": {"vocabulary", "errors", "tables", "settings", "periods", "access"},
    "many": {"errors", "tables", "db"},
    "migrations": {"errors", "tables", "db", "vocabulary"},
    "audit": {"access", "db", "tables", "vocabulary", "errors", "periods"},
    "journal": {"access", "db", "many", "audit", "tables", "vocabulary", "errors", "periods"},
    "rollups": {"db", "many", "tables", "vocabulary", "periods", "opening"},
    "metrics": {"vocabulary", "periods", "opening", "money", "errors", "view", "stats"},
    "queries": {"vocabulary", "periods", "opening", "money", "errors", "view", "tables", "stats", "imports",
                "access", "db", "many", "audit", "journal", "rollups"},
    "wording": {"vocabulary", "periods", "money", "errors", "view", "stats", "metrics"},
    "insights": {"vocabulary", "periods", "money", "errors", "view", "stats", "metrics", "wording"},
    "figures": {"vocabulary", "periods", "money", "errors", "view", "stats", "metrics", "wording"},
    "answers": {"vocabulary", "periods", "money", "errors", "view", "tables", "stats", "imports", "access",
                "db", "audit", "metrics", "queries", "wording", "insights"},
    "actions": {"vocabulary", "periods", "money", "errors", "settings", "view", "tables", "stats", "imports",
                "access", "db", "many", "audit", "journal", "rollups", "metrics", "queries", "wording",
                "answers", "photos"},
    "exports": {"vocabulary", "periods", "money", "errors", "view", "stats", "imports", "access", "metrics",
                "queries", "wording", "insights", "figures", "answers", "db"},
    "demo": {"vocabulary", "periods", "money", "errors", "settings", "tables", "imports", "access", "db",
             "migrations", "audit", "queries", "actions"},
    "pages": {"vocabulary", "periods", "money", "errors", "settings", "view", "imports", "access", "stats",
              "metrics", "wording", "insights", "figures", "actions", "exports", "photos", "ui"},
    "dashboard": {"ui"},
    "cli": set(LAYERS) - {"ui", "pages", "dashboard", "cli", "__main__"},
    "__main__": {"cli", "heap"},
    "ui": set(LAYERS) - {"pages", "dashboard", "cli", "__main__", "ui"},
}  # fmt: skip

THIRD_PARTY: dict[str, set[str]] = {
    "settings": {"pydantic", "pydantic_settings"},
    "opening": {"numpy"},
    "tables": {"sqlmodel", "sqlalchemy"},
    "stats": {"numpy", "scipy", "statsmodels"},
    "photos": {"PIL"},
    "imports": {"pandas", "numpy", "pyarrow", "python_calamine", "babel", "shapely"},
    "db": {"sqlmodel", "sqlalchemy", "numpy", "filelock"},
    "many": {"sqlalchemy", "numpy"},
    "migrations": {"alembic", "sqlalchemy"},
    "audit": {"sqlalchemy"},
    "journal": {"sqlalchemy"},
    "rollups": {"sqlalchemy", "numpy"},
    "metrics": {"pandas", "numpy"},
    "queries": {"sqlalchemy", "pandas", "numpy"},
    "wording": {"babel"},
    "figures": {"plotly", "numpy"},
    "answers": {"pandas", "numpy", "sqlalchemy"},
    "actions": {"sqlalchemy"},
    "exports": {"plotly", "jinja2", "pptx", "icalendar", "xlsxwriter", "pandas"},
    "demo": {"filelock", "sqlalchemy"},
    "ui": {"streamlit", "starlette", "pandas", "pyarrow", "sqlalchemy"},
    "pages": {"streamlit", "pandas"},
    "dashboard": {"streamlit"},
    "cli": {"pandas", "sqlalchemy"},
}


def our_files(root: Path) -> list[Path]:
    library = (root / "alignment").rglob("*.py")
    return sorted([*library, *(root / "pages").rglob("*.py"), *root.glob("dashboard.py")])


def module_of(path: Path, root: Path) -> str:
    """The name in LAYERS: alignment/queries/funnel.py is "queries", pages/shared/goals.py is "pages"."""
    parts = path.relative_to(root).with_suffix("").parts
    if parts[0] != "alignment":
        return parts[0]
    return parts[1] if len(parts) > 1 else "__init__"


def imported(tree: ast.Module) -> set[str]:
    """Full names of everything imported, function-local imports included, TYPE_CHECKING blocks left out."""
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = node.module or ""
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def violations(source: str, module: str) -> list[str]:
    """What of a file's imports the tables above do not allow."""
    found = []
    for name in sorted(imported(ast.parse(source))):
        top, _, rest = name.partition(".")
        if top == "alignment":
            target = rest.split(".")[0]
            if target and target != module and target in LAYERS and target not in ALLOWED.get(module, set()):
                found.append(f"{module} imports alignment.{target}")
            elif target not in LAYERS and rest:
                found.append(f"alignment.{target} is not listed: add it to LAYERS")
        elif top == "pages":
            found.append(f"{module} imports a page")
        elif top not in sys.stdlib_module_names and top not in THIRD_PARTY.get(module, set()):
            found.append(f"{module} imports {top}")
    return found


@pytest.mark.parametrize("path", our_files(ROOT), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    module = module_of(path, ROOT)
    if module == "__init__":
        return
    if path.parent.name in {"migrations", "versions"}:
        module = "migrations"

    assert module in LAYERS, f"add {module} to LAYERS"
    assert violations(path.read_text(encoding="utf-8"), module) == []


def test_allowed_imports_never_point_up():
    upward = [
        (module, target)
        for module, targets in ALLOWED.items()
        for target in targets
        if LAYERS[target] > LAYERS[module]
    ]

    assert upward == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("metrics", "from alignment.queries import funnel"),
        ("stats", "from alignment.vocabulary import Stage"),
        ("pages", "from alignment.db import Database"),
        ("pages", "import plotly.graph_objects as go"),
        ("pages", "import sqlalchemy as sa"),
        ("queries", "import streamlit as st"),
        ("figures", "from alignment import answers"),
        ("actions", "def late():\n    import streamlit"),
        ("wording", "from alignment.nowhere import something"),
    ],
)
def test_a_planted_wrong_import_is_found(module, line):
    """A check that cannot fail is a defect: each of these lines must be caught."""
    assert violations(line, module) != []


def test_a_typing_only_import_is_allowed():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import streamlit\n"

    assert violations(source, "queries") == []
