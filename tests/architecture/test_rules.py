"""
House rules that a reviewer would otherwise have to remember.

Each rule is a function over source text that returns offending lines; each is
shown to catch a planted offence.
"""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from alignment.journal import ENTITIES, OBSERVATIONS, OWNERS_OF_LINKS
from alignment.tables import Table

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "alignment").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def lines_matching(pattern: str, text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if re.search(pattern, line)]


def offenders(pattern: str, files: list[Path], *, but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {line}"
        for path in files
        if str(path.relative_to(ROOT)) not in but
        for line in lines_matching(pattern, path.read_text(encoding="utf-8"))
    ]


RULES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "only db opens a database (R1)": (
        r"\b(create_engine|sqlite3\.connect)\(", ("alignment/db.py",), "engine = sa.create_engine(url)",
    ),
    "only db commits": (
        r"\.commit\(\)", ("alignment/db.py", "alignment/migrations/env.py"), "    session.commit()",
    ),
    "nobody changes or removes audit events (R25)": (
        r"(update|delete)\(AuditEvent", (), "session.execute(sa.delete(AuditEvent))",
    ),
    "no HTML from data (R17)": (
        r"unsafe_allow_html|components\.(v1\.)?html|\.html\(f?[\"']", (), 'st.html(f"<b>{name}</b>")',
    ),
    "only filters touch the URL (decisions section 1)": (
        r"query_params", ("alignment/ui/filters.py",), 'st.query_params["period"]',
    ),
    "st.switch_page loses bound filters": (r"\bswitch_page\(", (), 'st.switch_page("pages/x.py")'),
    "nothing is unpickled": (r"\bpickle\b", (), "import pickle"),
    "create_all is the migrations' business": (r"\.create_all\(", (), "metadata.create_all(engine)"),
    "plotly.express is slow": (r"plotly\.express", (), "import plotly.express as px"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule):
    pattern, exempt, _ = RULES[rule]

    assert offenders(pattern, LIBRARY + PAGES, but=exempt) == []


@pytest.mark.parametrize("rule", RULES)
def test_rule_catches_a_planted_offence(rule):
    pattern, _, planted = RULES[rule]

    assert lines_matching(pattern, planted) == [planted.strip()]


def test_no_page_lies_directly_in_pages():
    """Such a file can be opened past the frame, filters and guard (house.md section 5)."""
    assert list((ROOT / "pages").glob("*.py")) == []


def first_call(source: str) -> str:
    """The first statement of a page after docstring and imports, as text."""
    body = [
        node
        for node in ast.parse(source).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return ast.unparse(body[0]) if body else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_page_begins_with_its_guard(page):
    assert re.fullmatch(
        r"actor = session\.require\(Permission\.\w+\)", first_call(page.read_text(encoding="utf-8"))
    )


def database_uses(source: str) -> list[str]:
    """
    Ways in which a page would hold a database: opening one, a reading session, raw SQL.

    `session.writing()` is allowed only as a `with` block, which ends before the page goes on.
    """
    tree = ast.parse(source)
    with_items = {
        id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items
    }
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            re.search(r"(Database|\.reading|\.execute|\.connect|create_engine)$", ast.unparse(node.func))
            or (ast.unparse(node.func).endswith("session.writing") and id(node) not in with_items)
        )
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_no_page_holds_a_database_open(page):
    assert database_uses(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    ["db = Database(url)", "with database.reading() as s: pass", "s = session.writing()", "s.execute(q)"],
)
def test_a_page_with_a_database_open_is_caught(planted):
    assert database_uses(planted) != []


def streamlit_calls_inside_transactions(source: str) -> list[str]:
    """
    Streamlit may end a script at any of its calls; inside a transaction that undoes half the work (R4).
    """
    return [
        ast.unparse(call)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.With)
        and any(
            re.search(r"writing\(\)|kept\.sending\(", ast.unparse(item.context_expr)) for item in node.items
        )
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("st.")
    ]


@pytest.mark.parametrize(
    "path", [*PAGES, *(ROOT / "alignment" / "ui").rglob("*.py")], ids=lambda path: path.stem
)
def test_no_streamlit_call_inside_a_transaction(path):
    assert streamlit_calls_inside_transactions(path.read_text(encoding="utf-8")) == []


def test_a_streamlit_call_inside_a_transaction_is_caught():
    for begins in ("session.writing() as db", "kept.sending(FORM) as (db, command_id)"):
        planted = f"with {begins}:\n    st.progress(0.5)\n"

        assert streamlit_calls_inside_transactions(planted) == ["st.progress(0.5)"]


def swallowed(source: str) -> list[int]:
    """Lines of handlers that catch everything, or catch anything and do nothing."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or all(isinstance(statement, ast.Pass) for statement in node.body))
    ]


@pytest.mark.parametrize("path", LIBRARY + PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_error_is_swallowed(path):
    assert swallowed(path.read_text(encoding="utf-8")) == []


def test_a_swallowed_error_is_caught():
    assert swallowed("try:\n    x()\nexcept ValueError:\n    pass\n") == [3]


def public_functions(package: str) -> list[tuple[str, object]]:
    root = importlib.import_module(f"alignment.{package}")
    modules = [
        root,
        *(
            importlib.import_module(f"{root.__name__}.{info.name}")
            for info in pkgutil.walk_packages(root.__path__)
        ),
    ]
    return [
        (f"{module.__name__}.{name}", function)
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and function.__module__ == module.__name__
        and "session" in list(inspect.signature(function).parameters)[:1]
    ]


@pytest.mark.parametrize("package", ["actions", "answers"])
def test_every_public_function_checks_a_permission(package):
    """R10: whoever takes a session decides by itself who may call it."""
    functions = public_functions(package)

    assert functions, f"alignment.{package} has no public function: the walk is blind"
    assert [name for name, function in functions if not hasattr(function, "permission")] == []


AS_OF_TODAY = {
    "company.py": "what now is, and the settings as they are",
    "decided.py": "what waits for a decision now, and the decisions in force",
    "frame.py": "the closed lists of the filters, people to act as, and map geometry",
    "history.py": "the trail itself",
    "integrity.py": "whether the database is whole",
    "quality.py": "what is wrong now and waits to be mended",
    "stored.py": "what is stored now, to be written out",
    "waiting.py": "sources that fell silent by now",
}
"""Modules of queries that look at the present whatever is known; no number of a view comes from them."""

PRESENT_USES = {
    "cubes.py": {"Campaign", "Channel", "Segment", "Territory"},
    "flags.py": {"Person"},
    "staff.py": {"Person", "PersonTerritory"},
    "territories.py": {"Boundary", "BoundarySet"},
}
"""
Tables read as they are today where all else looks back: small cells, who may answer, map geometry; and the
members through which a cube is searched, which hold all that today's cells name.
"""

VERSIONED = {
    mapper.class_.__name__
    for mapper in Table._sa_registry.mappers
    if mapper.local_table.name in {*ENTITIES, *OBSERVATIONS, *OWNERS_OF_LINKS, "boundary", "goal_target"}
}


def tables_taken_as_they_are(source: str) -> set[str]:
    """Tables with a history that a query does not take through `rows(table, view or lens)` or `parts`."""
    tree = ast.parse(source)
    through_rows: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("rows", "parts") and len(node.args) == 2:
            through_rows |= {id(part) for part in ast.walk(node.args[0])}
        if isinstance(node, ast.AnnAssign):
            through_rows |= {id(part) for part in ast.walk(node)}  # a list of tables, taken one by one
        if isinstance(node, ast.GeneratorExp) and any(
            isinstance(call, ast.Call) and ast.unparse(call.func) == "rows" for call in ast.walk(node.elt)
        ):
            through_rows |= {id(part) for each in node.generators for part in ast.walk(each.iter)}
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in VERSIONED and id(node) not in through_rows
    }


QUERIES = sorted((ROOT / "alignment" / "queries").glob("*.py"))


def forms_of(text: str) -> set[str]:
    """Names of forms, up to what tells one record from another."""
    return set(re.findall(r'\bform(?:, \w+)? = f?"([a-z_]+)', text, re.IGNORECASE))


def test_no_two_pages_have_a_form_of_one_name():
    """
    A session holds a command id for each form's name. Withdrawing list 1 kept request 1 from being
    withdrawn: "This form was already sent for something else", for three tables have a record 1.
    """
    users: dict[str, list[str]] = {}
    for path in PAGES + sorted((ROOT / "alignment" / "ui").glob("*.py")):
        for form in forms_of(path.read_text(encoding="utf-8")):
            users.setdefault(form, []).append(str(path.relative_to(ROOT)))

    assert len(users) > 15
    assert {form: paths for form, paths in users.items() if len(paths) > 1} == {}


def test_a_form_is_found_by_its_name():
    assert forms_of('form = f"sign_{id}"\n    form, today = f"close_{id}", 1\nFORM = "raise_flag"') == {
        "sign_", "close_", "raise_flag",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", [p for p in QUERIES if p.name not in AS_OF_TODAY], ids=lambda path: path.stem
)
def test_every_query_of_a_view_sees_what_was_known(path):
    """
    Rows of today in a number of last week: leads merged since were missing from it (found on the sample).
    """
    found = tables_taken_as_they_are(path.read_text(encoding="utf-8"))

    assert found <= PRESENT_USES.get(path.name, set())


@pytest.mark.parametrize(
    "planted",
    ["lead = c(Lead)", "joined = units.join(table_of(Deal))", "session.get(Campaign, 1)", "sa.select(Flag)"],
)
def test_a_query_of_today_is_caught(planted):
    assert tables_taken_as_they_are(planted) != set()


def test_a_query_as_known_passes():
    assert tables_taken_as_they_are("lead = rows(Lead, lens).c") == set()
