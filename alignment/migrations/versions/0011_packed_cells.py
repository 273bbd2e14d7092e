"""Histograms of durations beside the cubes, and what says which cubes a company has."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "packed_cell",
        sa.Column("cube", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("cube", "day", "b_id", name=op.f("pk_packed_cell")),
        sqlite_with_rowid=False,
    )
    # The cubes of an earlier form (0) are not read any more; `init` and `rebuild` count them anew.
    op.add_column("cube_state", sa.Column("form", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cube_state", sa.Column("calendar", sa.String(), nullable=True))
    op.add_column("cube_state", sa.Column("answers_from", UtcDateTime(), nullable=True))
    is_set = sa.text("ended_by_batch IS NOT NULL")
    op.create_index(
        "ix_touch_ended_by_batch",
        "touch",
        ["ended_by_batch"],
        sqlite_where=is_set,
        postgresql_where=is_set,
    )


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
