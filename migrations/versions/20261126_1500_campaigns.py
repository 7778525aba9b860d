"""Solution hunts: period, arenas, communication plan."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261126_1500'
down_revision = '20261126_1400'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('campaign',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('expectation', sa.Text(), nullable=False),
    sa.Column('target_groups', sa.JSON(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_campaign_period')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_campaign_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign'))
    )
    op.create_index(op.f('ix_campaign_process_id'), 'campaign', ['process_id'])
    op.create_table('campaign_arena',
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_campaign_arena_arena_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_arena_campaign_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('campaign_id', 'arena_id', name=op.f('pk_campaign_arena'))
    )
    op.create_index(op.f('ix_campaign_arena_arena_id'), 'campaign_arena', ['arena_id'])
    op.create_table('campaign_task',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('target_group', sa.Text(), nullable=True),
    sa.Column('spokesperson', sa.Text(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_task_campaign_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_task'))
    )
    op.create_index(op.f('ix_campaign_task_campaign_id'), 'campaign_task', ['campaign_id'])
