"""Cubes beside the facts, and indexes by which a batch finds what it changed."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG, _INT = sa.BigInteger(), sa.Integer()
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = {
    "cube": _INT,
    "a_id": _BIG,
    "day": _INT,
    "b_id": _BIG,
    "c_id": _BIG,
    "since": _INT,
    "is_direct": _INT,
    "rank": _INT,
}


def upgrade() -> None:
    op.create_table(
        "cube_cell",
        *(sa.Column(column, kind, nullable=False) for column, kind in _KEY.items()),
        *(sa.Column(f"n{number}", _BIG, nullable=False) for number in range(9)),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_cube_cell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cube_delta",
        sa.Column("id", _ID, nullable=False),
        sa.Column("cube", _INT, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cube_delta")),
    )
    op.create_index("ix_cube_delta_cube_recorded_at", "cube_delta", ["cube", "recorded_at"], unique=False)
    op.create_table(
        "cube_state",
        sa.Column("id", _INT, nullable=False),
        sa.Column("complete_from", UtcDateTime(), nullable=True),
        sa.Column("last_day", _INT, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_cube_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cube_state")),
    )
    for table, column in (
        ("lead", "merged_into_id"),
        ("stage_entry", "ended_by_batch"),
        ("deal_event", "ended_by_batch"),
    ):
        is_set = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=is_set, postgresql_where=is_set)


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
