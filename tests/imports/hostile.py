"""
Hostile files, made by code: what somebody, or some tool on a bad day, could hand in.

Each says what must become of it: refused with a sentence that matches, or read to exactly these rows.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from tests.imports.test_import_workbooks import row_xml, with_sheet_xml, workbook

_HEAD = b"Deal ID,Stage\n"
_SQUARE = [[[8, 50], [9, 50], [9, 51], [8, 51], [8, 50]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """`refused` is a pattern of the sentence; `rows` what must be read instead; `shapes` how many of them."""

    file_name: str
    make: Callable[[], bytes]
    refused: str | None = None
    rows: list[list[str]] | None = None
    header: tuple[str, ...] | None = None
    shapes: int | None = None


def _zipped(*parts: tuple[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", level) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return data.getvalue()


def _with_parts(base: bytes, *parts: tuple[str, bytes], without: tuple[str, ...] = ()) -> bytes:
    """The workbook with parts added, replaced or taken out."""
    own = dict(parts)
    with zipfile.ZipFile(io.BytesIO(base)) as old:
        kept = [
            (name, own.pop(name, None) or old.read(name)) for name in old.namelist() if name not in without
        ]
    return _zipped(*kept, *own.items())


def _good() -> bytes:
    return workbook(("A", [["Deal ID", "Stage"], ["D1", "Won"]]))


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<!DOCTYPE w [<!ENTITY l0 "lol">{entities}]>'
    return with_sheet_xml(row_xml(1, A="&l9;"), prolog=prolog)


def _shared_text_bomb() -> bytes:
    """One text of 32 kB that 40,000 cells share: 1.3 GB once every cell has its own."""
    text = "x" * 32_000
    strings = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'
    )
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 40_001))
    return _with_parts(with_sheet_xml(rows), ("xl/sharedStrings.xml", strings.encode()))


def _parquet(table: pa.Table, **options: object) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data, **options)
    return data.getvalue()


def _parquet_of_gigabytes() -> bytes:
    """100,000 texts of 20 kB, all the same: 2 GB in a few kilobytes; its metadata tells the packed size."""
    index = pa.array([0] * 100_000, pa.int32())
    column = pa.DictionaryArray.from_arrays(index, pa.array(["x" * 20_000]))
    return _parquet(pa.table({"Deal ID": column}))


def _parquet_that_lies() -> bytes:
    """The footer says a million million rows."""
    data = bytearray(_parquet(pa.table({"Deal ID": ["D1"] * 10})))
    return bytes(data[:-100]) + b"\xff" * 92 + bytes(data[-8:])


def _features(*geometries: object, names: tuple[str, ...] = ()) -> bytes:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
        for geometry, name in zip(geometries, names or map(str, range(len(geometries))), strict=False)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _polygon(coordinates: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": coordinates}


def _deep_geojson() -> bytes:
    deep = b"[" * 100_000 + b"]" * 100_000
    return b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":' + deep + b"}]}"


def _deep_collections() -> bytes:
    """Nested less deeply than the JSON reader minds, in the one place where nesting is allowed."""
    geometry: dict[str, object] = _polygon(_SQUARE)
    for _ in range(200):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    return _features(geometry)


_SPACES = " " * 30_000


def _rows_of_spaces(n_rows: int) -> bytes:
    """What a pattern with two parts for the same spaces tries in every way there is."""
    return (f"Deal ID,({_SPACES}x\n" + f"1{_SPACES}x,({_SPACES}x\n" * n_rows).encode()


_FAR = row_xml(1, A="Deal ID") + row_xml(1048576, XFD="x")
_MANY_PARTS = tuple((f"xl/extra{n}.xml", b"<a/>") for n in range(1_100))

HOSTILE: dict[str, Hostile] = {
    "empty": Hostile(file_name="e.csv", make=lambda: b"", refused="is empty"),
    "only a mark": Hostile(file_name="e.csv", make=lambda: b"\xef\xbb\xbf", refused="is empty"),
    "only line ends": Hostile(file_name="e.csv", make=lambda: b"\r\n" * 150_000, refused="is empty"),
    "cut in a character": Hostile(
        file_name="c.csv",
        make=lambda: "Deal ID,Stage\nDü,Wön\nDä,Wö".encode()[:-1],
        refused="line 3 holds bytes of another encoding",
    ),
    "NUL bytes": Hostile(
        file_name="n.csv", make=lambda: _HEAD + b"D1,W\x00n\n", refused=r"line 2: there is a NUL"
    ),
    "zeros only": Hostile(file_name="z.csv", make=lambda: b"\x00" * 5_000_000, refused="NUL"),
    "random bytes": Hostile(
        file_name="r.csv", make=lambda: bytes(range(1, 256)) * 4_000, refused="neither UTF-8"
    ),
    "one huge cell": Hostile(
        file_name="h.csv",
        make=lambda: _HEAD + b'D1,"' + b"x" * 20_000_000 + b'"\n',
        refused="cell of more than 32 kB",
    ),
    "one huge cell without quotes": Hostile(
        file_name="h.csv", make=lambda: _HEAD + b"D1," + b"x" * 20_000_000, refused="cell of more than 32 kB"
    ),
    "a long line without end": Hostile(
        file_name="l.csv", make=lambda: b"x" * 24_000_000, refused="more than 32 kB"
    ),
    "a million columns": Hostile(
        file_name="m.csv", make=lambda: b",".join([b"c"] * 1_000_000) + b"\n", refused="the limit is 2,000"
    ),
    "a million columns in data": Hostile(
        file_name="m.csv",
        make=lambda: _HEAD + b"1," * 1_000_000 + b"\n",
        refused="line 2: the row has 1,000,000 cells",
    ),
    "a million lines of one sign": Hostile(
        file_name="m.csv", make=lambda: _HEAD + b"1\n" * 1_000_000, refused="more than 200,000 rows"
    ),
    "more cells than the limit": Hostile(
        file_name="m.csv",
        make=lambda: (b",".join([b"c"] * 1_900) + b"\n") + (b"," * 1_899 + b"\n") * 6_000,
        refused="more than 5,000,000 cells",
    ),
    "a header of 10 kB": Hostile(
        file_name="h.csv", make=lambda: b"x" * 10_000 + b",Stage\nD1,Won\n", rows=[["D1", "Won"]]
    ),
    "a header of 2,000 columns of one name": Hostile(
        file_name="h.csv",
        make=lambda: b",".join([b"c"] * 2_000) + b"\n" + b",".join([b"1"] * 2_000) + b"\n",
        rows=[["1"] * 2_000],
    ),
    "one quote": Hostile(file_name="q.csv", make=lambda: b'"', refused="never closed"),
    "a quote that swallows all": Hostile(
        file_name="q.csv",
        make=lambda: _HEAD + b'D1,"Won\n' + b"D2,Won\n" * 500_000,
        refused="never closed|more than 32 kB",
    ),
    "quotes only": Hostile(
        file_name="q.csv", make=lambda: b'"' * 2_000_001, refused="never closed|more than 32 kB"
    ),
    "delimiters only": Hostile(file_name="d.csv", make=lambda: b",;\t|\n" * 20_000, rows=[]),
    "mixed line ends": Hostile(
        file_name="m.csv",
        make=lambda: b"Deal ID,Stage\rD1,Won\nD2,Won\r\nD3,Won",
        rows=[["D1", "Won"], ["D2", "Won"], ["D3", "Won"]],
    ),
    "headings that occur twice": Hostile(
        file_name="t.csv",
        make=lambda: b"Deal ID,Stage,Stage\nD1,Won,Lost\n",
        rows=[["D1", "Won", "Lost"]],
        header=("Deal ID", "Stage", "Stage (2)"),
    ),
    "headings that pretend to be numbered": Hostile(
        file_name="t.csv",
        make=lambda: b"Deal ID,Stage,Stage,Stage (2)\nD1,Won,Lost,Open\n",
        rows=[["D1", "Won", "Lost", "Open"]],
        header=("Deal ID", "Stage", "Stage (2)", "Stage (2) (2)"),
    ),
    "UTF-16 without a mark": Hostile(
        file_name="u.csv", make=lambda: "Deal ID,Stage\nD1,Won\n".encode("utf-16-le"), rows=[["D1", "Won"]]
    ),
    "UTF-16 cut in the middle": Hostile(
        file_name="u.csv",
        make=lambda: "Deal ID,Stage\nD1,Won\n".encode("utf-16")[:-1],
        refused="does not fit",
    ),
    "lone surrogates in UTF-16": Hostile(
        file_name="u.csv",
        make=lambda: "Deal ID,Stage\nD\ud800,Won\n".encode("utf-16", "surrogatepass"),
        refused="does not fit",
    ),
    "lone surrogates in UTF-8": Hostile(
        file_name="u.csv", make=lambda: _HEAD + b"D\xed\xa0\x80,Won\n", rows=[["Dí\xa0€", "Won"]]
    ),
    "directions and zero width": Hostile(
        file_name="b.csv",
        make=lambda: "Deal ID,Stage\n\u202eD1,W\u200bon\n".encode(),
        rows=[["\u202eD1", "W\u200bon"]],
    ),
    "formulas as text": Hostile(
        file_name="f.csv",
        make=lambda: b"Deal ID,Stage\n\"=cmd|' /C calc'!A0\",@SUM(1)\n",
        rows=[["=cmd|' /C calc'!A0", "@SUM(1)"]],
    ),
    "HTML named XLSX": Hostile(
        file_name="h.xlsx",
        make=lambda: b"<html><table><tr><td>1</td></tr></table>",
        refused="web page or XML",
    ),
    "HTML named XLS": Hostile(
        file_name="h.xls", make=lambda: b"<table><tr><td>1</td></tr></table>", refused="web page or XML"
    ),
    "HTML named CSV": Hostile(
        file_name="h.csv", make=lambda: b"<!DOCTYPE html><p>Sign in", refused="web page or XML"
    ),
    "CSV named XLSX": Hostile(
        file_name="c.xlsx", make=lambda: _HEAD, refused="something else, perhaps plain text"
    ),
    "XLSX named CSV": Hostile(file_name="x.csv", make=_good, refused="is a ZIP archive"),
    "XLSX named Parquet": Hostile(file_name="x.parquet", make=_good, refused="is a ZIP archive"),
    "Parquet named XLSX": Hostile(
        file_name="p.xlsx", make=lambda: _parquet(pa.table({"a": [1]})), refused="is a Parquet file"
    ),
    "XLS that only begins so": Hostile(
        file_name="o.xls",
        make=lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000,
        refused="damaged",
    ),
    "program named CSV": Hostile(
        file_name="p.csv", make=lambda: b"\x7fELF\x02\x01\x01" + b"\x00" * 500, refused="NUL|encod"
    ),
    "cells in far corners": Hostile(
        file_name="f.xlsx", make=lambda: with_sheet_xml(_FAR), refused="row 1,048,576 and column 16,384"
    ),
    "zip bomb": Hostile(
        file_name="z.xlsx",
        make=lambda: _with_parts(_good(), ("xl/media/x.bin", b"\x00" * 210_000_000)),
        refused="unpacks to 210 MB",
    ),
    "zip bomb within the size": Hostile(
        file_name="z.xlsx",
        make=lambda: with_sheet_xml(row_xml(1, A="x" * 60_000_000)),
        refused="100 times its size",
    ),
    "a cell of 15 MB": Hostile(
        file_name="z.xlsx",
        make=lambda: with_sheet_xml(row_xml(1, A="Deal ID") + row_xml(2, A="x" * 15_000_000)),
        refused="a cell holds 15,000,000 characters",
    ),
    "one text in 40,000 cells": Hostile(
        file_name="s.xlsx", make=_shared_text_bomb, refused="1,280 MB of text in its cells; the limit"
    ),
    "a thousand parts": Hostile(
        file_name="p.xlsx",
        make=lambda: _with_parts(_good(), *_MANY_PARTS),
        refused=r"1,1\d\d parts; the limit",
    ),
    "absolute and climbing paths": Hostile(
        file_name="a.xlsx",
        make=lambda: _with_parts(_good(), ("/etc/cron.d/x", b"x"), ("../../x", b"x")),
        rows=[["D1", "Won"]],
    ),
    "a workbook without sheets": Hostile(
        file_name="w.xlsx",
        make=lambda: _with_parts(
            _good(),
            (
                "xl/workbook.xml",
                b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>',
            ),
        ),
        refused="no visible sheet",
    ),
    "a workbook without its sheet": Hostile(
        file_name="w.xlsx",
        make=lambda: _with_parts(_good(), without=("xl/worksheets/sheet1.xml",)),
        refused="damaged",
    ),
    "a workbook cut": Hostile(file_name="w.xlsx", make=lambda: _good()[:-300], refused="damaged"),
    "external entities": Hostile(
        file_name="x.xlsx",
        make=lambda: with_sheet_xml(
            row_xml(1, A="&a;"), prolog='<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        ),
        refused="declares a document type",
    ),
    "external entities behind 5 kB of comment": Hostile(
        file_name="x.xlsx",
        make=lambda: with_sheet_xml(
            row_xml(1, A="&a;"),
            prolog=f'<!--{"x" * 5_000}--><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        ),
        refused="declares a document type",
    ),
    "billion laughs": Hostile(file_name="l.xlsx", make=_laughs, refused="declares a document type"),
    "formula cells": Hostile(
        file_name="f.xlsx",
        make=lambda: workbook(("A", [["Deal ID", "Stage"], ["D1", '=HYPERLINK("http://evil","Won")']])),
        rows=[["D1", "0"]],
    ),
    "Parquet of gigabytes": Hostile(
        file_name="g.parquet", make=_parquet_of_gigabytes, refused="unpacks to more than 200 MB"
    ),
    "Parquet cut": Hostile(
        file_name="c.parquet",
        make=lambda: _parquet(pa.table({"a": list(range(1_000))}))[:-50] + b"PAR1",
        refused="damaged or cut",
    ),
    "Parquet with a footer of noise": Hostile(
        file_name="l.parquet", make=_parquet_that_lies, refused="damaged or cut"
    ),
    "Parquet that is only its magic": Hostile(
        file_name="m.parquet", make=lambda: b"PAR1\xff\xff\xff\x7fPAR1", refused="damaged or cut"
    ),
    "Parquet of 20,000 columns": Hostile(
        file_name="w.parquet",
        make=lambda: _parquet(pa.table({f"c{n}": [1] for n in range(20_000)})),
        refused="the limit is 2,000 columns",
    ),
    "deep GeoJSON": Hostile(file_name="d.geojson", make=_deep_geojson, refused="nested too deeply"),
    "deep collections": Hostile(file_name="d.geojson", make=_deep_collections, shapes=1),
    "NaN in GeoJSON": Hostile(
        file_name="n.geojson",
        make=lambda: _features(_polygon([[[8, 50], [float("nan"), 50], [9, 51], [8, 50]]])),
        refused="NaN, which is no JSON number",
    ),
    "infinity in GeoJSON": Hostile(
        file_name="n.geojson",
        make=lambda: _features(_polygon([[[8, 50], [9, 50], [9, 51], [8, 50]]])).replace(b"51", b"1e999"),
        refused="no usable ring",
    ),
    "huge integers in GeoJSON": Hostile(
        file_name="n.geojson",
        make=lambda: _features(_polygon(_SQUARE)).replace(b"51", b"9" * 6_000),
        refused="a number that is too long",
    ),
    "lone surrogates in GeoJSON": Hostile(
        file_name="s.geojson", make=lambda: _features(_polygon(_SQUARE), names=("\ud800",)), shapes=1
    ),
    "GeoJSON of points": Hostile(
        file_name="p.geojson",
        make=lambda: _features({"type": "Point", "coordinates": [8, 50]}),
        refused="no polygon",
    ),
    "a spider of a polygon": Hostile(
        file_name="s.geojson",
        make=lambda: _features(
            _polygon([[[8 + (n * 7919 % 1009) / 1009, 50 + (n * 104729 % 997) / 997] for n in range(3_000)]])
        ),
        refused="no usable ring",
    ),
    "a million empty cells in a row": Hostile(
        file_name="m.csv", make=lambda: _HEAD + b"D1,Won" + b"," * 1_000_000 + b"\n", rows=[["D1", "Won"]]
    ),
    "cells made for slow patterns": Hostile(
        file_name="p.csv",
        make=lambda: _rows_of_spaces(60),
        rows=[["1" + _SPACES + "x", "(" + _SPACES + "x"]] * 60,
    ),
    "a path as name": Hostile(
        file_name="../../etc/passwd.csv", make=lambda: _HEAD + b"D1,Won\n", rows=[["D1", "Won"]]
    ),
    "a name that turns round": Hostile(
        file_name="invoice\u202excod.csv", make=lambda: _HEAD + b"D1,Won\n", rows=[["D1", "Won"]]
    ),
    "a name of two endings": Hostile(
        file_name="deals.csv.exe", make=lambda: _HEAD + b"D1,Won\n", refused=r'ends in "\.exe"'
    ),
    "a name with a NUL": Hostile(
        file_name="deals.csv\x00.png", make=lambda: _HEAD, refused=r'ends in "\.png"'
    ),
    "a name without ending": Hostile(file_name="deals", make=lambda: _HEAD, refused="no ending"),
    "a name of 60 kB": Hostile(
        file_name="x" * 60_000 + ".csv", make=lambda: _HEAD + b"D1,Won\n", rows=[["D1", "Won"]]
    ),
}
