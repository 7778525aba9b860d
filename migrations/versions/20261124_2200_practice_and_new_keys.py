"""Practice classes, and a way back for a pupil whose device is lost."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

revision = '20261124_2200'
down_revision = '20261124_2151'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('arena', sa.Column('practice', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('arena', sa.Column('public_key', sa.LargeBinary(), nullable=True))
    op.add_column('arena', sa.Column('sealed_key', sa.LargeBinary(), nullable=True))
    op.add_column('participant', sa.Column('practice', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('participant', sa.Column('escrowed_zones', sa.LargeBinary(), nullable=True))
    op.create_table('new_key',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sealed_zones', sa.LargeBinary(), nullable=True),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_new_key_participant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('participant_id', name=op.f('pk_new_key')),
    sa.UniqueConstraint('digest', name=op.f('uq_new_key_digest'))
    )
