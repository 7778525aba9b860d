"""Migrations are the only truth about the schema, and the same truth on both stores."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, select

from app.model import Base, InputEvidence
from app.services import roadmap_search
from app.services.roadmap_search import Query
from app.store import Store, migrations
from tests import builders as a
from tests.postgres import Cluster


def test_the_migrated_schema_is_the_models(store: Store) -> None:
    with store.migrating() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def _ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leave out PostGIS's own table and what the store keeps beside the model to search in."""
    return not {
        "table": not _modelled(str(name)),
        "index": str(name).endswith(("_gist", "_gin")),
        "column": name == "text_index",
    }.get(kind, False)


def _modelled(table: str) -> bool:
    return table != "spatial_ref_sys" and "rtree" not in table and "_fts" not in table


def test_an_empty_store_is_behind_until_it_is_migrated(tmp_path: Path, cluster: Cluster) -> None:
    for url in (f"sqlite:///{tmp_path / 'new.sqlite'}", cluster.database("fresh")):
        store = Store(url)
        assert migrations.pending(store)
        migrations.upgrade(store)
        assert not migrations.pending(store)
        migrations.upgrade(store)
        assert "contribution" in inspect(store.engine).get_table_names()
        store.dispose()


def test_both_stores_have_the_same_tables_and_columns(sqlite_url: str, postgis_url: str) -> None:
    found = []
    for url in (sqlite_url, postgis_url):
        store = Store(url)
        look = inspect(store.engine)
        tables = {name: {column["name"] for column in look.get_columns(name)} for name in look.get_table_names()}
        found.append({name: columns - {"text_index"} for name, columns in tables.items() if _modelled(name)})
        store.dispose()
    assert found[0] == found[1]


def test_inputs_that_were_there_before_are_found_and_keep_their_evidence(tmp_path: Path, cluster: Cluster) -> None:
    for url in (f"sqlite:///{tmp_path / 'old.sqlite'}", cluster.database("old")):
        store = Store(url)
        migrations.upgrade(store, "20261126_1700")
        with store.writing() as db:
            made = a.process(db)
            where = a.arena(db, made)
            row = a.wanted(db, made, "Lys på stien", location=a.at(10, 0))
            evidence = {"id": uuid4(), "input_id": row.id, "arena_id": where.id}
            db.execute(insert(InputEvidence.__table__).values(evidence))  # type: ignore[arg-type]
        migrations.upgrade(store)
        with store.reading() as db:
            found = roadmap_search.search(db, made, Query(text="stien", near="Skolen", within=100)).rows
            assert [each.title for each in found] == ["Lys på stien"]
            assert db.scalars(select(InputEvidence.arena_id)).all() == [where.id]
        store.dispose()
