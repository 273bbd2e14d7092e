"""Targets and insights handed to sales, their marks, ratings of both sides; customers' words as flags."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KINDS = (
    "brand_weak",
    "competitor",
    "price_objection",
    "out_of_stock",
    "material_missing",
    "lead_quality",
    "message_not_understood",
    "customer_review",
    "complaint",
    "other",
)


def upgrade() -> None:
    _create(
        "hand_over",
        {
            "reason_note_id": "note",
            "segment_id": "segment",
            "territory_id": "territory",
            "person_id": "person",
        },
        sa.Column("kind", _words("kind", "list", "insight"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        *_when(),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_hand_over_day", "hand_over", ["day"], unique=False)
    _create(
        "handed_entry",
        {
            "hand_over_id": "hand_over",
            "name_note_id": "note",
            "reason_note_id": "note",
            "account_id": "account",
            "outlet_id": "outlet",
        },
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("account_id IS NULL OR outlet_id IS NULL", name=op.f("ck_handed_entry_one_thing")),
        required=("hand_over_id", "name_note_id"),
    )
    op.create_index("ix_handed_entry_hand_over", "handed_entry", ["hand_over_id", "position"], unique=False)
    _create(
        "handed_mark",
        {"entry_id": "handed_entry", "person_id": "person"},
        sa.Column("mark", _words("mark", "hit", "miss", "undone"), nullable=False),
        sa.Column(
            "reason",
            _words(
                "reason",
                "ordered",
                "meeting_agreed",
                "wants_more",
                "no_need",
                "other_supplier",
                "was_customer",
                "not_found",
            ),
            nullable=True,
        ),
        *_when(),
        required=("entry_id",),
    )
    op.create_index("ix_handed_mark_entry", "handed_mark", ["entry_id"], unique=False)
    _create(
        "rating",
        {"hand_over_id": "hand_over", "person_id": "person"},
        sa.Column("subject", _words("subject", "answer", "flag", "insight"), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("origin", sa.String(length=200), nullable=True),
        sa.Column("rated", _words("rated", "helped", "did_not_help", "undone"), nullable=False),
        *_when(),
        sa.CheckConstraint("(hand_over_id IS NULL) <> (origin IS NULL)", name=op.f("ck_rating_one_thing")),
    )
    op.create_index("ix_rating_source_origin", "rating", ["source", "origin"], unique=False)
    op.create_index("ix_rating_hand_over", "rating", ["hand_over_id"], unique=False)
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_flag_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_flag_kind"), sa.column("kind").in_(_KINDS))


def _words(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _when() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
    )


def _create(
    name: str, references: dict[str, str], *content: sa.schema.SchemaItem, required: tuple[str, ...] = ()
) -> None:
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(column, _ID, nullable=column not in required) for column in references),
        *content,
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"))
            for column, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
