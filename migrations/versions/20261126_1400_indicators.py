"""Indicators of life in the area, measured again later."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261126_1400'
down_revision = '20261126_1300'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('indicator',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('story', sa.Text(), nullable=True),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_indicator_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator')),
    sa.UniqueConstraint('process_id', 'name', name=op.f('uq_indicator_process_id_name'))
    )
    op.create_table('measurement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('indicator_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('own', sa.Boolean(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('value', sa.Float(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.CheckConstraint('year BETWEEN 1900 AND 2100', name=op.f('ck_measurement_year')),
    sa.CheckConstraint('people >= 0', name=op.f('ck_measurement_people')),
    sa.ForeignKeyConstraint(['indicator_id'], ['indicator.id'], name=op.f('fk_measurement_indicator_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measurement')),
    sa.UniqueConstraint('indicator_id', 'place', 'year', name=op.f('uq_measurement_indicator_id_place_year'))
    )
    op.create_index(op.f('ix_measurement_indicator_id'), 'measurement', ['indicator_id'])
