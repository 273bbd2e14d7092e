"""What follows a flag: its steps, as history. A draft may belong to nobody by name."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    references = {
        "person_id": "person",
        "owner_id": "person",
        "product_id": "product",
        "note_id": "note",
        "saw_note_id": "note",
        "did_note_id": "note",
    }
    op.create_table(
        "flag_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "seen_too",
                "detailed",
                "triaged",
                "answered",
                "closed",
                "read",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("conversations", sa.Integer(), nullable=True),
        sa.Column("same_conversations", sa.Boolean(), nullable=False),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        *(sa.Column(name, _ID, nullable=True) for name in list(references)[2:]),
        sa.CheckConstraint(
            "seen IS NULL OR conversations IS NULL OR (seen >= 0 AND seen <= conversations)",
            name=op.f("ck_flag_event_seen_within_conversations"),
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_flag_event_{name}_{table}"))
            for name, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_event")),
    )
    op.create_index("ix_flag_event_source_origin", "flag_event", ["source", "origin"], unique=False)
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.alter_column("person_id", existing_type=_ID, nullable=True)


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
