"""Measures, outlets and their sales; what a person decided about stages, formats and problems."""

import sqlalchemy as sa
from alembic import op

from alignment.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("valid_at", UtcDateTime(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("week", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("territory_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_measure_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_batch"], ["import_batch.id"], name=op.f("fk_measure_ended_by_batch_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_measure_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index("ix_measure_name_day", ["name", "day"], unique=False)
        batch_op.create_index(
            "uq_measure_living",
            ["source", "origin"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "outlet",
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("territory_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_outlet_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_outlet_channel_id_channel")),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_outlet_segment_id_segment")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_outlet_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_outlet_source_external_id")),
    )
    op.create_table(
        "problem_owner",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_problem_owner_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_owner")),
        sa.UniqueConstraint("problem", "source", name=op.f("uq_problem_owner_problem_source")),
    )
    op.create_table(
        "stage_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column(
            "subject",
            sa.Enum("lead", "deal", name="subject", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "lead",
                "marketing_qualified",
                "sales_accepted",
                "sales_qualified",
                "opportunity",
                "won",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "exit",
            sa.Enum(
                "rejected",
                "recycled",
                "lost",
                "merged",
                "deleted",
                name="exit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "deal_event",
            sa.Enum(
                "opened",
                "stage",
                "amount",
                "expected",
                "won",
                "lost",
                "reopened",
                name="deal_event",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN stage IS NULL THEN 0 ELSE 1 END) + (CASE WHEN exit IS NULL THEN 0 ELSE 1 END) + (CASE WHEN deal_event IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_stage_rule_one_meaning"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_stage_rule_decided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_rule")),
        sa.UniqueConstraint("source", "subject", "folded", name=op.f("uq_stage_rule_source_subject_folded")),
    )
    op.create_table(
        "outlet_sale",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("valid_at", UtcDateTime(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("week", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outlet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("units_micros", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("company_minor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_outlet_sale_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_batch"], ["import_batch.id"], name=op.f("fk_outlet_sale_ended_by_batch_import_batch")
        ),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_outlet_sale_outlet_id_outlet")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_outlet_sale_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet_sale")),
    )
    with op.batch_alter_table("outlet_sale", schema=None) as batch_op:
        batch_op.create_index("ix_outlet_sale_outlet_day", ["outlet_id", "day"], unique=False)
        batch_op.create_index("ix_outlet_sale_product_day", ["product_id", "day"], unique=False)
        batch_op.create_index(
            "uq_outlet_sale_living",
            ["source", "origin"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("import_mapping", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers_json", sa.String(), nullable=False, server_default="{}"))


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
