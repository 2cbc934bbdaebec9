"""How Alembic reaches the application's database. Runs inside an application context."""

from alembic import context

from pastebin.extensions import db
from pastebin.models import partial  # with all tables, which must be known


def run() -> None:
    """Migrate over one connection, in one transaction."""
    partial.complete(db.metadata)
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,  # SQLite cannot alter a table in place
            compare_type=True,
            transactional_ddl=True,  # a start that is cut off leaves no half-made tables
        )
        with context.begin_transaction():
            context.run_migrations()


run()
