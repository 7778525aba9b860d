"""The street network of a process."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261124_2150'
down_revision = '20261123_1200'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('street_network',
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=16), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('nodes', sa.Integer(), nullable=False),
    sa.Column('edges', sa.Integer(), nullable=False),
    sa.Column('metres', sa.Integer(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_street_network_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('process_id', name=op.f('pk_street_network'))
    )
