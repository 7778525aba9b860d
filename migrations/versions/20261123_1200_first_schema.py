"""The first schema."""

from alembic import op
import sqlalchemy as sa

from app.model.base import Instant
from app.store.geometry import Geometry
from app.store.migrations import spatial_index

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = '20261123_1200'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('process',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('prefix', sa.String(length=6), nullable=False),
    sa.Column('municipality', sa.String(length=4), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('area', Geometry(), nullable=False),
    sa.Column('starts', sa.Date(), nullable=True),
    sa.Column('ends', sa.Date(), nullable=True),
    sa.Column('phase', sa.String(length=20), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('export_epsg', sa.Integer(), nullable=False),
    sa.Column('basemap', sa.String(length=40), nullable=True),
    sa.Column('minimum_people', sa.Integer(), nullable=False),
    sa.Column('hexagon_m', sa.Integer(), nullable=False),
    sa.Column('promise', sa.JSON(), nullable=False),
    sa.Column('lawful_basis', sa.String(length=20), nullable=False),
    sa.Column('retention', sa.Date(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('areas_made', sa.Integer(), nullable=False),
    sa.Column('inputs_made', sa.Integer(), nullable=False),
    sa.Column('releases_made', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('"lawful_basis" IN (\'consent\', \'public_task\')', name=op.f('ck_process_lawful_basis')),
    sa.CheckConstraint('"phase" IN (\'preparing\', \'collecting\', \'analysing\', \'deciding\', \'answered\')', name=op.f('ck_process_phase')),
    sa.CheckConstraint('export_epsg IN (25832, 25833, 25835)', name=op.f('ck_process_export_epsg')),
    sa.CheckConstraint('hexagon_m BETWEEN 50 AND 1000', name=op.f('ck_process_hexagon_m')),
    sa.CheckConstraint('minimum_people BETWEEN 3 AND 10', name=op.f('ck_process_minimum_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process')),
    sa.UniqueConstraint('prefix', name=op.f('uq_process_prefix')),
    sa.UniqueConstraint('slug', name=op.f('uq_process_slug'))
    )
    op.create_table('staff',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('municipality', sa.String(length=4), nullable=False),
    sa.Column('username', sa.String(length=80), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('"role" IN (\'planner\', \'moderator\', \'administrator\')', name=op.f('ck_staff_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('username', name=op.f('uq_staff_username'))
    )
    op.create_table('area',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('group', sa.String(length=12), nullable=False),
    sa.Column('geometry', Geometry(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('computed_at', Instant(), nullable=False),
    sa.CheckConstraint('"group" IN (\'activity\', \'good\', \'bad\', \'wish\')', name=op.f('ck_area_group')),
    sa.CheckConstraint('"state" IN (\'current\', \'gone\')', name=op.f('ck_area_state')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_area_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_area')),
    sa.UniqueConstraint('process_id', 'number', name=op.f('uq_area_process_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_area_public_id'))
    )
    op.create_table('catalogue_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('group', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('icon', sa.String(length=40), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.CheckConstraint('"group" IN (\'activity\', \'good\', \'bad\', \'wish\', \'way\', \'mode\', \'company\', \'theme\')', name=op.f('ck_catalogue_entry_group')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_catalogue_entry_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_entry')),
    sa.UniqueConstraint('process_id', 'group', 'code', name=op.f('uq_catalogue_entry_process_id_group_code'))
    )
    op.create_table('host_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('location', Geometry(), nullable=True),
    sa.Column('expires_at', Instant(), nullable=True),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('"method" IN (\'school_class\', \'kindergarten\', \'hosted_dinner\', \'open_centre\', \'focus_group\', \'interview\', \'conference\', \'services_meeting\', \'social_media\', \'online_map\', \'workshop\', \'committee\')', name=op.f('ck_host_link_method')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_host_link_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_host_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_host_link_digest'))
    )
    op.create_table('measure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('goal', sa.Text(), nullable=True),
    sa.Column('focus_area', sa.Text(), nullable=True),
    sa.Column('plan', sa.Text(), nullable=True),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('priority', sa.String(length=8), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('"priority" IN (\'high\', \'medium\', \'low\')', name=op.f('ck_measure_priority')),
    sa.CheckConstraint('"status" IN (\'proposed\', \'adopted\', \'started\', \'postponed\', \'rejected\', \'done\')', name=op.f('ck_measure_status')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_measure_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measure')),
    sa.UniqueConstraint('process_id', 'number', name=op.f('uq_measure_process_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_measure_public_id'))
    )
    op.create_table('named_place',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('geometry', Geometry(), nullable=False),
    sa.Column('public_destination', sa.Boolean(), nullable=False),
    sa.CheckConstraint('"kind" IN (\'school\', \'sports_hall\', \'park\', \'street\', \'building\', \'water\', \'forest\', \'path\', \'other\')', name=op.f('ck_named_place_kind')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_named_place_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_named_place')),
    sa.UniqueConstraint('process_id', 'kind', 'name', 'part', name=op.f('uq_named_place_process_id_kind_name_part'))
    )
    op.create_index(op.f('ix_named_place_process_id'), 'named_place', ['process_id'], unique=False)

    op.create_table('release',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('epsg', sa.Integer(), nullable=False),
    sa.Column('hexagon_m', sa.Integer(), nullable=False),
    sa.Column('minimum_people', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('published_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_release_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('process_id', 'number', name=op.f('uq_release_process_id_number'))
    )
    op.create_table('roadmap_input',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('theme', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('realiser', sa.String(length=12), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('location', Geometry(), nullable=True),
    sa.Column('merged_into_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.CheckConstraint('"kind" IN (\'quality\', \'challenge\', \'suggestion\')', name=op.f('ck_roadmap_input_kind')),
    sa.CheckConstraint('"realiser" IN (\'municipality\', \'residents\', \'together\')', name=op.f('ck_roadmap_input_realiser')),
    sa.CheckConstraint('"status" IN (\'heard\', \'considered\', \'planned\', \'done\', \'declined\', \'merged\')', name=op.f('ck_roadmap_input_status')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['roadmap_input.id'], name=op.f('fk_roadmap_input_merged_into_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_roadmap_input_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roadmap_input')),
    sa.UniqueConstraint('process_id', 'number', name=op.f('uq_roadmap_input_process_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_roadmap_input_public_id'))
    )
    op.create_table('arena',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('host_link_id', sa.Uuid(), nullable=True),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('school', sa.Text(), nullable=True),
    sa.Column('grade', sa.Integer(), nullable=True),
    sa.Column('group_name', sa.Text(), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('host', sa.Text(), nullable=True),
    sa.Column('target_group', sa.Text(), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('head_count', sa.Integer(), nullable=True),
    sa.Column('head_count_method', sa.String(length=20), nullable=True),
    sa.Column('location', Geometry(), nullable=True),
    sa.Column('allows', sa.JSON(), nullable=False),
    sa.Column('join_code', sa.String(length=12), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('"method" IN (\'school_class\', \'kindergarten\', \'hosted_dinner\', \'open_centre\', \'focus_group\', \'interview\', \'conference\', \'services_meeting\', \'social_media\', \'online_map\', \'workshop\', \'committee\')', name=op.f('ck_arena_method')),
    sa.CheckConstraint('"state" IN (\'open\', \'paused\', \'closed\')', name=op.f('ck_arena_state')),
    sa.CheckConstraint('grade BETWEEN 0 AND 13', name=op.f('ck_arena_grade')),
    sa.ForeignKeyConstraint(['host_link_id'], ['host_link.id'], name=op.f('fk_arena_host_link_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_arena_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arena')),
    sa.UniqueConstraint('join_code', name=op.f('uq_arena_join_code'))
    )
    op.create_index(op.f('ix_arena_host_link_id'), 'arena', ['host_link_id'], unique=False)
    op.create_index(op.f('ix_arena_process_id'), 'arena', ['process_id'], unique=False)

    op.create_table('input_log',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_input_log_input_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_input_log'))
    )
    op.create_index(op.f('ix_input_log_input_id'), 'input_log', ['input_id'], unique=False)

    op.create_table('measure_input',
    sa.Column('measure_id', sa.Uuid(), nullable=False),
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_measure_input_input_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_measure_input_measure_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('measure_id', 'input_id', name=op.f('pk_measure_input'))
    )
    op.create_table('measure_partner',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('measure_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.CheckConstraint('"state" IN (\'pending\', \'accepted\', \'declined\')', name=op.f('ck_measure_partner_state')),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_measure_partner_measure_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measure_partner')),
    sa.UniqueConstraint('measure_id', 'name', name=op.f('uq_measure_partner_measure_id_name'))
    )
    op.create_table('measure_step',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('measure_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('present', sa.String(length=12), nullable=False),
    sa.Column('wanted', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_measure_step_measure_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_measure_step'))
    )
    op.create_index(op.f('ix_measure_step_measure_id'), 'measure_step', ['measure_id'], unique=False)

    op.create_table('arena_log',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('present', sa.String(length=12), nullable=False),
    sa.Column('wanted', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_arena_log_arena_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_arena_log'))
    )
    op.create_index(op.f('ix_arena_log_arena_id'), 'arena_log', ['arena_id'], unique=False)

    op.create_table('participant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('alias', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('head_count', sa.Integer(), nullable=False),
    sa.Column('sealed_zones', sa.LargeBinary(), nullable=True),
    sa.Column('joined_at', Instant(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=True),
    sa.Column('finished_at', Instant(), nullable=True),
    sa.CheckConstraint('head_count >= 1', name=op.f('ck_participant_head_count')),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_participant_arena_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participant')),
    sa.UniqueConstraint('arena_id', 'alias', name=op.f('uq_participant_arena_id_alias')),
    sa.UniqueConstraint('digest', name=op.f('uq_participant_digest'))
    )
    op.create_table('contribution',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('arena_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('group', sa.String(length=12), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('feeling', sa.String(length=8), nullable=False),
    sa.Column('mode', sa.String(length=40), nullable=True),
    sa.Column('modes', sa.JSON(), nullable=True),
    sa.Column('preferred_mode', sa.String(length=40), nullable=True),
    sa.Column('company', sa.String(length=40), nullable=True),
    sa.Column('season', sa.String(length=12), nullable=True),
    sa.Column('frequency', sa.String(length=12), nullable=True),
    sa.Column('own_name', sa.Text(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('geometry', Geometry(), nullable=True),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('"feeling" IN (\'good\', \'neutral\', \'bad\')', name=op.f('ck_contribution_feeling')),
    sa.CheckConstraint('"frequency" IN (\'daily\', \'weekly\', \'monthly\', \'rarely\')', name=op.f('ck_contribution_frequency')),
    sa.CheckConstraint('"group" IN (\'activity\', \'good\', \'bad\', \'wish\', \'way\', \'mode\', \'company\', \'theme\')', name=op.f('ck_contribution_group')),
    sa.CheckConstraint('"kind" IN (\'route\', \'place\', \'area\')', name=op.f('ck_contribution_kind')),
    sa.CheckConstraint('"season" IN (\'summer\', \'winter\', \'all_year\')', name=op.f('ck_contribution_season')),
    sa.CheckConstraint('"source" IN (\'map\', \'list\', \'paper\', \'import\')', name=op.f('ck_contribution_source')),
    sa.CheckConstraint('"state" IN (\'pending\', \'released\', \'hidden\', \'erased\')', name=op.f('ck_contribution_state')),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_contribution_arena_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_contribution_participant_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_contribution_process_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_contribution')),
    sa.UniqueConstraint('id', name=op.f('uq_contribution_id'))
    )
    op.create_index(op.f('ix_contribution_arena_id'), 'contribution', ['arena_id'], unique=False)
    op.create_index(op.f('ix_contribution_participant_id'), 'contribution', ['participant_id'], unique=False)
    op.create_index(op.f('ix_contribution_process_id_change'), 'contribution', ['process_id', 'change'], unique=False)

    op.create_table('input_evidence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('input_id', sa.Uuid(), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=True),
    sa.Column('contribution_id', sa.Uuid(), nullable=True),
    sa.Column('arena_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('CASE WHEN area_id IS NULL THEN 0 ELSE 1 END + CASE WHEN contribution_id IS NULL THEN 0 ELSE 1 END + CASE WHEN arena_id IS NULL THEN 0 ELSE 1 END = 1', name=op.f('ck_input_evidence_one_source')),
    sa.ForeignKeyConstraint(['area_id'], ['area.id'], name=op.f('fk_input_evidence_area_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['arena_id'], ['arena.id'], name=op.f('fk_input_evidence_arena_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contribution_id'], ['contribution.id'], name=op.f('fk_input_evidence_contribution_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['input_id'], ['roadmap_input.id'], name=op.f('fk_input_evidence_input_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_input_evidence'))
    )
    op.create_index(op.f('ix_input_evidence_area_id'), 'input_evidence', ['area_id'], unique=False)
    op.create_index(op.f('ix_input_evidence_input_id'), 'input_evidence', ['input_id'], unique=False)

    op.create_table('moderation_log',
    sa.Column('number', SERIAL, autoincrement=True, nullable=False),
    sa.Column('contribution_id', sa.Uuid(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('present', sa.String(length=12), nullable=False),
    sa.Column('wanted', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['contribution_id'], ['contribution.id'], name=op.f('fk_moderation_log_contribution_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_moderation_log'))
    )
    op.create_index(op.f('ix_moderation_log_contribution_id'), 'moderation_log', ['contribution_id'], unique=False)
    spatial_index("contribution", "geometry")
