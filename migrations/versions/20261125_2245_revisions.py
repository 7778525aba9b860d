"""Which of the device's versions of a contribution is stored, so that an older one that comes late changes nothing."""

from alembic import op
import sqlalchemy as sa

revision = '20261125_2245'
down_revision = '20261124_2200'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('contribution', sa.Column('revision', sa.Integer(), nullable=True))
