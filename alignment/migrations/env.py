"""Alembic's entry: run the migrations on the engine that the caller put into the config."""

from alembic import context
from sqlalchemy import Engine

from alignment.tables import Table


def run() -> None:
    engine: Engine = context.config.attributes["engine"]
    with engine.execution_options(write=True).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Table.metadata,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
