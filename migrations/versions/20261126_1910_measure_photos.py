"""Photos of measures: before and after."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261126_1910'
down_revision = '20261126_1800'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('measure_photo',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('measure_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('alt', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint("\"kind\" IN ('before', 'after')", name=op.f('ck_measure_photo_kind')),
    sa.CheckConstraint("\"state\" IN ('pending', 'released', 'hidden')", name=op.f('ck_measure_photo_state')),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_measure_photo_measure_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measure_photo'))
    )
    op.create_index(op.f('ix_measure_photo_measure_id'), 'measure_photo', ['measure_id'])
