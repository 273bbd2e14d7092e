"""Which outlet carries what, and what visits saw on the shelf."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create("listing", sa.Column("until", sa.Date(), nullable=True))
    _create(
        "visit",
        sa.Column("in_stock", sa.Boolean(), nullable=True),
        sa.Column("pos_material", sa.Boolean(), nullable=True),
        sa.Column("facings", sa.Integer(), nullable=True),
    )


def _create(name: str, *content: sa.Column[object]) -> None:
    """An observation of a product in an outlet."""
    references = {
        "outlet_id": "outlet",
        "product_id": "product",
        "batch_id": "import_batch",
        "ended_by_batch": "import_batch",
    }
    op.create_table(
        name,
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("valid_at", UtcDateTime(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("week", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("batch_id", _ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_batch", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("outlet_id", _ID, nullable=False),
        sa.Column("product_id", _ID, nullable=True),
        *content,
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"))
            for column, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(f"ix_{name}_outlet_day", ["outlet_id", "day"], unique=False)
        batch_op.create_index(f"ix_{name}_product_day", ["product_id", "day"], unique=False)
        batch_op.create_index(
            f"uq_{name}_living",
            ["source", "origin"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
