"""What is said in arenas: notes, meetings, people counted at the door; and notes as evidence of inputs."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = '20261126_1600'
down_revision = '20261126_1500'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _what_is_said()
    _who_was_there()
    _evidence()


def _what_is_said() -> None:
    op.add_column('arena', sa.Column('details', sa.JSON(), nullable=False, server_default='{}'))
    op.create_table('arena_note',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('theme', sa.String(length=40), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('access', sa.String(length=12), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('said_on', sa.Date(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.CheckConstraint("\"kind\" IN ('quality', 'challenge', 'need', 'suggestion', 'question', 'answer')", name=op.f('ck_arena_note_kind')),
    sa.CheckConstraint("\"access\" IN ('open', 'internal', 'confidential')", name=op.f('ck_arena_note_access')),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_arena_note_arena_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_arena_note')),
    sa.UniqueConstraint('id', name=op.f('uq_arena_note_id'))
    )
    op.create_index(op.f('ix_arena_note_arena_id'), 'arena_note', ['arena_id'])


def _who_was_there() -> None:
    op.create_table('arena_meeting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('present', sa.Integer(), nullable=False),
    sa.Column('seen_before', sa.Integer(), nullable=False),
    sa.CheckConstraint('present >= seen_before AND seen_before >= 0', name=op.f('ck_arena_meeting_seen_before')),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_arena_meeting_arena_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arena_meeting')),
    sa.UniqueConstraint('arena_id', 'number', name=op.f('uq_arena_meeting_arena_id_number'))
    )
    op.create_table('head_tap',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('change', sa.Integer(), nullable=False),
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('change IN (-1, 1)', name=op.f('ck_head_tap_change')),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_head_tap_arena_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_head_tap'))
    )
    op.create_index(op.f('ix_head_tap_arena_id'), 'head_tap', ['arena_id'])
    op.create_table('sheet_photo',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_sheet_photo_arena_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_photo')),
    sa.UniqueConstraint('arena_id', 'digest', name=op.f('uq_sheet_photo_arena_id_digest'))
    )


def _evidence() -> None:
    sources = ('area_id', 'contribution_id', 'arena_id', 'note_id')
    one = ' + '.join(f'CASE WHEN {name} IS NULL THEN 0 ELSE 1 END' for name in sources) + ' = 1'
    with op.batch_alter_table('input_evidence') as batch:
        batch.drop_constraint(op.f('ck_input_evidence_one_source'), type_='check')
        batch.add_column(sa.Column('note_id', sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f('fk_input_evidence_note_id'), 'arena_note', ['note_id'], ['id'], ondelete='CASCADE')
        batch.create_check_constraint(op.f('ck_input_evidence_one_source'), one)
    for name in ('arena_id', 'note_id'):
        op.create_index(op.f(f'ix_input_evidence_{name}'), 'input_evidence', [name])
