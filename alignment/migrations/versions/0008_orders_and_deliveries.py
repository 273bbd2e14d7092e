"""What outlets order and get, promotions, inventory, and since when an outlet is closed."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TARGETS = {
    "order_id": "trade_order",
    "outlet_id": "outlet",
    "territory_id": "territory",
    "product_id": "product",
    "batch_id": "import_batch",
    "ended_by_batch": "import_batch",
}
_WAYS = ("call", "email", "visit", "meeting", "automated_email", "ad", "other")


def upgrade() -> None:
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_day", sa.Integer(), nullable=True))
    op.create_table(
        "trade_order",
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("batch_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_trade_order_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_order")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_trade_order_source_external_id")),
    )
    _create(
        "order_line",
        _reference("order_id", nullable=False),
        sa.Column("line", sa.String(length=128), nullable=True),
        _reference("outlet_id", nullable=False),
        _reference("product_id"),
        sa.Column("promised_day", sa.Integer(), nullable=True),
        sa.Column(
            "way",
            sa.Enum(*_WAYS, name="way", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("quantity_micros", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("company_minor", sa.BigInteger(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        indexes={
            "ix_order_line_order": ["order_id"],
            "ix_order_line_outlet_day": ["outlet_id", "day"],
            "ix_order_line_promised": ["promised_day"],
        },
    )
    _create(
        "delivery",
        _reference("order_id", nullable=False),
        sa.Column("line", sa.String(length=128), nullable=True),
        sa.Column("note", sa.String(length=128), nullable=True),
        _reference("product_id"),
        sa.Column("quantity_micros", sa.BigInteger(), nullable=False),
        indexes={"ix_delivery_order_day": ["order_id", "day"]},
    )
    _create(
        "promotion",
        sa.Column("code", sa.String(length=128), nullable=True),
        _reference("outlet_id"),
        _reference("territory_id"),
        _reference("product_id"),
        sa.Column("everywhere", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("discount_micros", sa.Integer(), nullable=True),
        sa.Column("mechanic", sa.String(), nullable=True),
        indexes={"ix_promotion_day": ["day"]},
    )
    _create(
        "inventory",
        _reference("outlet_id", nullable=False),
        _reference("product_id"),
        sa.Column("quantity_micros", sa.BigInteger(), nullable=False),
        indexes={"ix_inventory_outlet_day": ["outlet_id", "day"]},
    )


def _reference(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, _ID, nullable=nullable)


def _create(name: str, *content: sa.Column[object], indexes: dict[str, list[str]]) -> None:
    """An observation with this content."""
    columns: list[sa.Column[object]] = [
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
        *content,
    ]
    references = [(column.name, _TARGETS[column.name]) for column in columns if column.name in _TARGETS]
    op.create_table(
        name,
        *columns,
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"))
            for column, table in references
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        for index, keys in indexes.items():
            batch_op.create_index(index, keys, unique=False)
        batch_op.create_index(
            f"uq_{name}_living",
            ["source", "origin"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
