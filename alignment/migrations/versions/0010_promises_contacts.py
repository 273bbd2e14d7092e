"""What the teams promise each other, and where they were in the market."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEAMS = ("marketing", "sales", "both")


def upgrade() -> None:
    _create(
        "promise",
        {"territory_id": "territory", "product_id": "product", "note_id": "note", "person_id": "person"},
        sa.Column("asked_team", _words("asked_team", *_TEAMS), nullable=False),
        sa.Column(
            "kind",
            _words(
                "kind", "pos_material", "samples", "sales_material", "event", "training", "visits",
                "customer_feedback", "lead_follow_up", "other",
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_promise_quantity_above_zero")),
    )  # fmt: skip
    _create(
        "promise_event",
        {"promise_id": "promise", "note_id": "note", "person_id": "person"},
        sa.Column(
            "step",
            _words("step", "promised", "delivered", "no_capacity", "declined", "withdrawn"),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity > 0", name=op.f("ck_promise_event_quantity_above_zero")
        ),
    )
    op.create_index("ix_promise_event_promise", "promise_event", ["promise_id"], unique=False)
    _create(
        "contact",
        {"territory_id": "territory", "person_id": "person"},
        sa.Column("kind", _words("kind", "market_visit", "ride_along", "joint_training"), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("team", _words("team", *_TEAMS), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_contact_hours_above_zero")),
    )
    op.create_index("ix_contact_day", "contact", ["day"], unique=False)
    _create_learning()


def _create(name: str, references: dict[str, str], *content: sa.Column[object] | sa.CheckConstraint) -> None:
    """A table of what happened: when, on which business day, and what it refers to."""
    needed = {"promise_event": "promise_id", "contact": "territory_id"}.get(name)
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        *(sa.Column(column, _ID, nullable=column != needed) for column in references),
        *content,
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"))
            for column, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _create_learning() -> None:
    tags = (
        "brand", "competitor", "price", "availability", "material", "message", "product", "customer_need",
        "other",
    )  # fmt: skip
    op.create_table(
        "contact_learning",
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tag", _words("tag", *tags), nullable=False),
        sa.Column("note_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_learning_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_contact_learning_note_id_note")),
        sa.PrimaryKeyConstraint("contact_id", "number", name=op.f("pk_contact_learning")),
    )


def _words(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
