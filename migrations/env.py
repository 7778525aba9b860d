"""Alembic runs here on the connection that ``app.store.migrations`` hands over."""

from alembic import context

from app.model import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
