"""A photo beside a flag."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("id", _ID, nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    with op.batch_alter_table("flag_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("photo_id", _ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_flag_event_photo_id_photo"), "photo", ["photo_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("Photos would be lost: restore the backup from before the upgrade instead.")
