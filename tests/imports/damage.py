"""
Damaged files, one for each number: good exports of several kinds and forms, spoiled as people and tools do.

`random.Random(number)` decides everything, so a failing number can be looked at again.
"""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from tests.imports.test_import_workbooks import workbook

DATA = Path(__file__).parents[1] / "data"
Table = list[list[str]]

_ODD_CELLS = (
    "",
    " ",
    "NA",
    "-",
    "Select",
    "0",
    "-0",
    "1e309",
    "1.234,56",
    "(12)",
    "31/02/2026",
    "2026-13-01",
    "0000-00-00",
    "9999-12-31",
    "NaN",
    "inf",
    "\u00a0",
    "\u202e1",
    "\u200b",
    "=1+1",
    "'",
    '"',
    '""',
    ";",
    ",",
    "\t",
    "\n",
    "\r",
    "x" * 5_000,
    "9" * 400,
    "Summe",
    "Total",
    "#REF!",
    "#FORMULA",
    "Ü" * 50,
    "\U0001f600",
    "1\u0663",
    "\x1f",
    "\x0b",
    "TRUE",
    "null",
    "+49",
    "12%",
    "€ 5",
    "5 USD",
    "2026-03-29 02:30",
    "1900-01-01",
    "44927",
    "a;b|c",
    "\ud7ff",
    "\x85",
)
_ODD_BYTES = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\r",
    b"\n",
    b'"',
    b"'",
    b";",
    b",",
    b"\t",
    b"\x1a",
    b"\xc3",
    b"\xe2\x80",
)


@cache
def good_tables() -> dict[str, Table]:
    """Name -> cells of each small export of the tests' data."""
    found = {}
    for path in sorted([*DATA.glob("small_crm/*.csv"), *DATA.glob("crm_four_files/*.csv")]):
        lines = path.read_text(encoding="utf-8").splitlines()
        found[path.stem] = [line.split(",") for line in lines]
    return found


def damaged(number: int) -> tuple[str, bytes]:
    """File name and bytes of the damaged file of this number."""
    random = Random(number)
    if number % 10 == 9:
        return _shapes(random)
    name = random.choice(sorted(good_tables()))
    table = [list(row) for row in good_tables()[name]]
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        random.choice(_ON_CELLS)(random, table)
    form = random.choice(("csv", "csv", "csv", "csv", "tsv", "xlsx", "parquet"))
    data = _written(random, table, form)
    for _ in range(random.choice((0, 0, 1, 2) if form in ("csv", "tsv") else (0, 0, 1))):
        data = random.choice(_ON_BYTES)(random, data)
    return f"{name}.{form}", data


def _odd_cell(random: Random, table: Table) -> None:
    row = random.choice(table)
    if row:
        row[random.randrange(len(row))] = random.choice(_ODD_CELLS)


def _drop_cell(random: Random, table: Table) -> None:
    row = random.choice(table)
    if row:
        row.pop(random.randrange(len(row)))


def _add_cell(random: Random, table: Table) -> None:
    row = random.choice(table)
    row.insert(random.randrange(len(row) + 1), random.choice(_ODD_CELLS))


def _repeat_row(random: Random, table: Table) -> None:
    table.insert(random.randrange(len(table) + 1), list(random.choice(table)))


def _drop_row(random: Random, table: Table) -> None:
    if len(table) > 1:
        table.pop(random.randrange(len(table)))


def _odd_row(random: Random, table: Table) -> None:
    odd = [
        [],
        [""],
        ["Report of 2026"],
        ["Total", "", "12"],
        ["Page 1 of 3"],
        [random.choice(_ODD_CELLS)] * 40,
    ]
    table.insert(random.randrange(len(table) + 1), random.choice(odd))


def _swap_columns(random: Random, table: Table) -> None:
    one, other = random.randrange(len(table[0]) or 1), random.randrange(len(table[0]) or 1)
    for row in table:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _one_column_odd(random: Random, table: Table) -> None:
    column, cell = random.randrange(len(table[0]) or 1), random.choice(_ODD_CELLS)
    for row in table[1:]:
        if column < len(row):
            row[column] = cell


def _rename_heading(random: Random, table: Table) -> None:
    if table[0]:
        table[0][random.randrange(len(table[0]))] = random.choice(
            (*table[0], "", "Stage", "Date", "Amount (EUR)")
        )


_ON_CELLS: tuple[Callable[[Random, Table], None], ...] = (
    _odd_cell, _odd_cell, _odd_cell, _drop_cell, _add_cell, _repeat_row, _drop_row, _odd_row, _swap_columns,
    _one_column_odd, _rename_heading,
)  # fmt: skip


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 20))):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _insert(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(_ODD_BYTES) * random.choice((1, 1, 2, 300)) + data[at:]


def _double(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data


_ON_BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (_cut, _flip, _insert, _double)


def _written(random: Random, table: Table, form: str) -> bytes:
    if form == "xlsx":
        return workbook(("A", table))
    if form == "parquet":
        return _parquet(random, table)
    delimiter = "\t" if form == "tsv" else random.choice((",", ",", ";", "|"))
    is_quoting = random.random() < 0.7
    lines = [delimiter.join(_cell(cell, delimiter) if is_quoting else cell for cell in row) for row in table]
    text = random.choice(("\n", "\r\n", "\r")).join([*lines, ""])
    return text.encode(random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")


def _cell(text: str, delimiter: str) -> str:
    needs_quotes = any(sign in text for sign in (delimiter, '"', "\n", "\r"))
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text


def _parquet(random: Random, table: Table) -> bytes:
    width = len(table[0])
    columns = [[row[at] if at < len(row) else None for row in table[1:]] for at in range(width)]
    data = io.BytesIO()
    names = [f"{name}" for name in table[0]]
    pq.write_table(pa.table(list(map(pa.array, columns)) if columns else [], names=names), data)
    return data.getvalue()


def _shapes(random: Random) -> tuple[str, bytes]:
    """A small map, spoiled as bytes and as text."""
    features = ",".join(_feature(random) for _ in range(random.randrange(4)))
    data = f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()
    for _ in range(random.choice((0, 1, 2))):
        data = random.choice(_ON_BYTES)(random, data)
    return "map.geojson", data


def _feature(random: Random) -> str:
    corner = [random.randrange(-190, 190), random.randrange(-95, 95)]
    end = random.choice((corner, [0, 0], "null", "[1e400,2]"))
    rings = (
        f"[[{corner},[1,0],[1,1],{end}]]",
        f"[{corner},{end}]",
        f"[[[{corner},[0,9],[9,9],{end}]]]",
        "[[]]",
    )
    identifier = random.choice(("1", '"A"', "null", "1.5", "[]"))
    name = random.choice(('"North"', "null", '"\\ud800"', '""', "7"))
    kind = random.choice(("Polygon", "Polygon", "MultiPolygon", "Point", "Curve"))
    return (
        f'{{"type":"Feature","id":{identifier},"properties":{{"name":{name}}},'
        f'"geometry":{{"type":"{kind}","coordinates":{random.choice(rings)}}}}}'
    )
