"""What happened to each area, and areas of one category alone."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261126_0900'
down_revision = '20261125_2245'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('area', sa.Column('category', sa.String(length=40), nullable=True))
    op.add_column('area', sa.Column('method', sa.String(length=12), nullable=False, server_default='dbscan'))
    op.create_table('area_history',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('event', sa.String(length=12), nullable=False),
    sa.Column('others', sa.JSON(), nullable=False),
    sa.Column('people_before', sa.Integer(), nullable=True),
    sa.Column('people_after', sa.Integer(), nullable=True),
    sa.Column('square_metres_before', sa.Integer(), nullable=True),
    sa.Column('square_metres_after', sa.Integer(), nullable=True),
    sa.CheckConstraint("\"event\" IN ('found', 'split_off', 'returned', 'grew', 'shrank', 'merged', 'split', 'absorbed', 'gone', 'set_aside')", name=op.f('ck_area_history_event')),
    sa.ForeignKeyConstraint(['area_id'], ['area.id'], name=op.f('fk_area_history_area_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_area_history'))
    )
    op.create_index(op.f('ix_area_history_area_id'), 'area_history', ['area_id'])
