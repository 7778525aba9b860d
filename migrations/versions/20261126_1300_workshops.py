"""Workshops: inputs on the table, ballots of dots, offers of help."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261126_1300'
down_revision = '20261126_0900'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('workshop_item',
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.Column('shelved', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_workshop_item_arena_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_workshop_item_input_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('arena_id', 'input_id', name=op.f('pk_workshop_item'))
    )
    op.create_index(op.f('ix_workshop_item_input_id'), 'workshop_item', ['input_id'])
    op.create_table('ballot',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('received_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_ballot_arena_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_ballot_participant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('participant_id', name=op.f('pk_ballot'))
    )
    op.create_index(op.f('ix_ballot_arena_id'), 'ballot', ['arena_id'])
    op.create_table('dots',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.CheckConstraint('count > 0', name=op.f('ck_dots_count')),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_dots_input_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['ballot.participant_id'], name=op.f('fk_dots_participant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('participant_id', 'input_id', name=op.f('pk_dots'))
    )
    op.create_index(op.f('ix_dots_input_id'), 'dots', ['input_id'])
    op.create_table('offer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint("\"state\" IN ('pending', 'accepted', 'declined')", name=op.f('ck_offer_state')),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_offer_arena_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_offer_input_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offer')),
    sa.UniqueConstraint('input_id', 'name', name=op.f('uq_offer_input_id_name'))
    )
