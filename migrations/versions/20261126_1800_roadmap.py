"""Words of the roadmap can be searched, inputs have tags, and a row of a file is evidence."""

from alembic import op
import sqlalchemy as sa

from app.store.migrations import spatial_index, text_index

revision = '20261126_1800'
down_revision = '20261126_1700'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('input_tag',
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_input_tag_input_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('input_id', 'tag', name=op.f('pk_input_tag'))
    )
    op.create_index(op.f('ix_input_tag_tag'), 'input_tag', ['tag'])
    if op.get_bind().dialect.name == 'postgresql':  # SQLite's copy of the table leaves it out
        op.drop_constraint(op.f('ck_input_evidence_one_source'), 'input_evidence', type_='check')
    one = ' + '.join(f'CASE WHEN {name} IS NULL THEN 0 ELSE 1 END' for name in ('area_id', 'contribution_id', 'arena_id', 'note_id', 'file'))
    with op.batch_alter_table('input_evidence') as batch:
        batch.add_column(sa.Column('file', sa.Text(), nullable=True))
        batch.add_column(sa.Column('row', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('own_id', sa.Text(), nullable=True))
        batch.create_check_constraint(op.f('ck_input_evidence_one_source'), f'{one} = 1')
    spatial_index('roadmap_input', 'location')
    text_index('roadmap_input', 'title', 'text')
