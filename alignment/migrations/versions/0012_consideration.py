"""How many of those who know the brand would consider it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("survey_cell", schema=None) as batch_op:
        batch_op.add_column(sa.Column("considering", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sum_wc", sa.Float(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_survey_cell_considering_within_yes"), "considering >= 0 AND considering <= yes"
        )


def downgrade() -> None:
    raise NotImplementedError("Facts would be lost: restore the backup from before the upgrade instead.")
