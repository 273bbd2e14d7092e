"""Boundaries: the shapes of territories, and which territory each shape is."""

from collections.abc import Iterable

import sqlalchemy as sa

from alignment.actions.imports.entities import fill
from alignment.actions.imports.receipts import Created
from alignment.actions.imports.work import Status, Work
from alignment.audit import canonical
from alignment.imports.boundaries import ParsedBoundaries, to_geojson_bytes, url_key
from alignment.imports.kinds import folded
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_of, table_named
from alignment.tables import Boundary, BoundarySet, ImportBatch, Table, Territory, c


def write_boundaries(work: Work, parsed: ParsedImport) -> None:
    """Keep the set as it is served. A company without territories gets one for each shape."""
    found = parsed.boundaries
    assert found is not None, "the reading side gives shapes with every boundary file"
    geojson = to_geojson_bytes(found.shapes)
    digest = url_key(geojson)
    known = work.session.connection().scalar(
        sa.select(c(BoundarySet).id).where(c(BoundarySet).sha256 == digest)
    )
    if known is None:
        _insert_set(work, found, geojson, digest)
        if _count(work, Territory) == 0:
            _make_territories(work, found)
    status = Status.UNCHANGED if known else Status.INSERTED
    for index in range(len(found.shapes)):
        work.mark(index, status)


def _insert_set(work: Work, found: ParsedBoundaries, geojson: bytes, digest: str) -> None:
    made = work.session.connection().execute(
        sa.insert(BoundarySet.__table__).values(  # type: ignore[attr-defined]
            name=found.name,
            sha256=digest,
            geojson=geojson,
            layout_json=canonical(found.map_layout()),
            recorded_at=work.recorded_at,
            batch_id=work.batch_id,
        )
    )
    assert made.inserted_primary_key is not None
    set_id = int(made.inserted_primary_key[0])
    work.fresh["boundary_set"].add(set_id)
    work.insert(
        "boundary",
        [
            {
                "boundary_set_id": set_id,
                "key": shape.key,
                "name": shape.name,
                "label_lon": shape.label_lon,
                "label_lat": shape.label_lat,
                "area_rank": shape.area_rank,
            }
            for shape in found.shapes
        ],
    )


def _count(work: Work, table: type[Table]) -> int:
    found = work.session.connection().execute(sa.select(sa.func.count(c(table).id)))
    return int(found.scalar_one())


def _make_territories(work: Work, found: ParsedBoundaries) -> None:
    stamp = {"recorded_at": work.recorded_at, "batch_id": work.batch_id}
    work.insert(
        "territory",
        [
            {"code": shape.key, "name": shape.name, "boundary_key": shape.key} | stamp
            for shape in found.shapes
        ],
    )
    work.fresh["territory"].update(work.session.connection().scalars(sa.select(c(Territory).id)))
    work.created += [Created(kind="territories", code=shape.key, name=shape.name) for shape in found.shapes]


def match_boundaries(work: Work) -> None:
    """
    Give territories without a shape the one whose key or name is theirs after folding.

    Only shapes of the newest set count, and only those that no other territory has.
    """
    shapes = _newest_shapes(work)
    if not shapes:
        return
    territory = c(Territory)
    rows = [
        dict(row)
        for row in work.session.connection()
        .execute(sa.select(territory.id, territory.code, territory.name, territory.boundary_key))
        .mappings()
    ]
    taken = {row["boundary_key"] for row in rows}
    free = {text: key for text, key in shapes.items() if key not in taken}
    changes = {}
    for row in sorted(rows, key=lambda row: str(row["code"])):
        key = None if row["boundary_key"] else free.get(folded(row["code"])) or free.get(folded(row["name"]))
        if key:
            changes[row["id"]] = {"boundary_key": key}
    fill(work, "territory", changes)


def _newest_shapes(work: Work) -> dict[str, str]:
    """The keys of the newest set by folded key and folded name; a name that two shapes have means none."""
    boundary = c(Boundary)
    newest = sa.select(sa.func.max(boundary.boundary_set_id)).scalar_subquery()
    rows = (
        work.session.connection()
        .execute(sa.select(boundary.key, boundary.name).where(boundary.boundary_set_id == newest))
        .all()
    )
    names: dict[str, str | None] = {}
    for key, name in rows:
        names[folded(name)] = key if folded(name) not in names else None
    by_text = {text: key for text, key in names.items() if key is not None}
    return by_text | {folded(key): key for key, _ in rows}


# --- territories that a boundary file made ----------------------------------------------------------


def made_from_shapes(work: Work) -> list[Row]:
    """Territories that exist only because a company without any imported boundaries."""
    territory, batch = c(Territory), c(ImportBatch)
    statement = (
        sa.select(Territory.__table__)  # type: ignore[attr-defined]
        .join(ImportBatch.__table__, batch.id == territory.batch_id)  # type: ignore[attr-defined]
        .where(batch.kind == "boundaries", territory.code == territory.boundary_key)
    )
    return rows_of(work.session, statement)


def retire_made_territories(work: Work) -> None:
    """Once the company names its own territories, those made from shapes go unless something lies there."""
    candidates = {row["id"]: row for row in made_from_shapes(work)}
    if not candidates or _count(work, Territory) == len(candidates):
        return
    unused = {row_id: row for row_id, row in candidates.items() if row_id not in _used(work, candidates)}
    work.remember("territory", unused.values())
    table = table_named("territory")
    for row_id in unused:
        work.session.connection().execute(sa.delete(table).where(table.c.id == row_id))
    work.names.forget("territories")


def _used(work: Work, ids: Iterable[int]) -> set[int]:
    wanted, used = list(ids), set()
    for table in Table.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "territory":
                column = key.parent
                used |= set(work.session.connection().scalars(sa.select(column).where(column.in_(wanted))))
    return used
