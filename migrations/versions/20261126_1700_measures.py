"""Measures and the versions of their plan: what is wanted of them, every edit, and what everyone may read."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261126_1700'
down_revision = '20261126_1600'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('process', sa.Column('measures_made', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('roadmap_input', sa.Column('released_at', Instant(), nullable=True))
    op.add_column('measure_step', sa.Column('held_on', sa.Date(), nullable=False, server_default='1970-01-01'))
    with op.batch_alter_table('measure') as batch:
        batch.add_column(sa.Column('wanted_effect', sa.Text(), nullable=True))
        batch.add_column(sa.Column('resources', sa.Text(), nullable=True))
        batch.add_column(sa.Column('quick', sa.String(length=12), nullable=True))
        batch.add_column(sa.Column('released_at', Instant(), nullable=True))
        batch.create_check_constraint(op.f('ck_measure_quick'), "\"quick\" IN ('lamp', 'bush', 'snow', 'other')")
    op.create_table('measure_log',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('measure_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_measure_log_measure_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_measure_log'))
    )
    op.create_index(op.f('ix_measure_log_measure_id'), 'measure_log', ['measure_id'])
    op.create_table('plan_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('measures', sa.JSON(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_plan_version_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_version')),
    sa.UniqueConstraint('process_id', 'number', name=op.f('uq_plan_version_process_id_number'))
    )
    op.create_table('hearing_answer',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('section', sa.Text(), nullable=True),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_hearing_answer_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_hearing_answer'))
    )
    op.create_index(op.f('ix_hearing_answer_version_id'), 'hearing_answer', ['version_id'])
