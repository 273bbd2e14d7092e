"""Campaign tests: designs with their territories, waves and flags; an answer may be such a test."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_design()
    _create_parts()
    with op.batch_alter_table("flag_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("design_id", _ID, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_flag_event_design_id_campaign_design"), "campaign_design", ["design_id"], ["id"]
        )


def _create_design() -> None:
    references = {
        "supersedes_id": "campaign_design",
        "campaign_id": "campaign",
        "saw_note_id": "note",
        "why_note_id": "note",
        "drafted_by_id": "person",
        "signed_sales_by_id": "person",
        "signed_marketing_by_id": "person",
        "withdrawn_by_id": "person",
    }
    op.create_table(
        "campaign_design",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("outcome", _words("outcome", "aided_awareness"), nullable=False),
        *(
            sa.Column(name, sa.Date(), nullable=False)
            for name in ("starts_on", "ends_on", "after_from", "after_until")
        ),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("lag_after", "alpha", "level", "best_p")),
        *(
            sa.Column(name, sa.Float(), nullable=True)
            for name in ("lag_before", "worth", "smallest_detectable")
        ),
        sa.Column("territories_needed", sa.Integer(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, _ID, nullable=True) for name in references),
        *(
            sa.Column(name, UtcDateTime(), nullable=True)
            for name in ("signed_sales_at", "signed_marketing_at", "withdrawn_at")
        ),
        sa.Column("signed_locally", sa.Boolean(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_campaign_design_starts_before_it_ends")),
        sa.CheckConstraint("after_from <= after_until", name=op.f("ck_campaign_design_after_has_days")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_campaign_design_{name}_{table}"))
            for name, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_design")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_campaign_design_number_version")),
    )


def _create_parts() -> None:
    op.create_table(
        "campaign_design_territory",
        *_of_design("campaign_design_territory"),
        sa.Column("territory_id", _ID, nullable=False),
        sa.Column("is_treated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territory.id"],
            name=op.f("fk_campaign_design_territory_territory_id_territory"),
        ),
        sa.PrimaryKeyConstraint("design_id", "territory_id", name=op.f("pk_campaign_design_territory")),
    )
    op.create_table(
        "campaign_design_wave",
        *_of_design("campaign_design_wave"),
        sa.Column("wave", sa.String(), nullable=False),
        sa.Column("used_as", _words("used_as", "before", "flagged"), nullable=False),
        sa.PrimaryKeyConstraint("design_id", "wave", name=op.f("pk_campaign_design_wave")),
    )
    op.create_table(
        "campaign_design_flag",
        *_of_design("campaign_design_flag"),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("design_id", "source", "origin", name=op.f("pk_campaign_design_flag")),
    )
    op.create_index(
        "ix_campaign_design_flag_source_origin", "campaign_design_flag", ["source", "origin"], unique=False
    )


def _of_design(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_design_id_campaign_design")
    return (
        sa.Column("design_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["design_id"], ["campaign_design.id"], name=name),
    )


def _words(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
