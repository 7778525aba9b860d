"""Photos of residents, and whom an entry of the catalogue is offered to."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = '20261124_2151'
down_revision = '20261124_2150'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('photo',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('contribution_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.CheckConstraint('"state" IN (\'pending\', \'released\', \'hidden\', \'erased\')', name=op.f('ck_photo_state')),
    sa.ForeignKeyConstraint(['contribution_id'], ['contribution.id'], name=op.f('fk_photo_contribution_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_photo')),
    sa.UniqueConstraint('id', name=op.f('uq_photo_id'))
    )
    op.create_index(op.f('ix_photo_contribution_id'), 'photo', ['contribution_id'], unique=False)
    op.create_table('photo_log',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('photo_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('present', sa.String(length=12), nullable=False),
    sa.Column('wanted', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_photo_log_photo_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_photo_log'))
    )
    op.create_index(op.f('ix_photo_log_photo_id'), 'photo_log', ['photo_id'], unique=False)
    with op.batch_alter_table('catalogue_entry') as batch:
        batch.add_column(sa.Column('audience', sa.String(length=12), nullable=True))
        batch.add_column(sa.Column('adult_words', sa.JSON(), nullable=True))
        batch.create_check_constraint(op.f('ck_catalogue_entry_audience'), '"audience" IN (\'children\', \'residents\')')
