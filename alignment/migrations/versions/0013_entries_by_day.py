"""Entries by their day: for the first and last day of the facts, and for what is young."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stage_entry_day", "stage_entry", ["day"])


def downgrade() -> None:
    # No fact would be lost, but an older program would import without keeping the cubes in step.
    raise NotImplementedError("Cubes would fall behind: restore the backup from before the upgrade instead.")
