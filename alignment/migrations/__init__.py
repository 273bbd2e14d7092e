"""
The schema's history, run by Alembic without an ini file.

`upgrade` brings a database to the newest schema in one transaction; `check_schema`
refuses to work on one that is older or newer.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from alignment.errors import Conflict, WrongSchema

_FOLDER = Path(__file__).parent


def _config(engine: sa.Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))  # its ini reads % as a sign
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def newest() -> str:
    """The revision this program writes."""
    head = ScriptDirectory(str(_FOLDER)).get_current_head()
    assert head is not None, "the migrations folder is empty"
    return head


def upgrade(engine: sa.Engine) -> None:
    """Create or bring up to date. `engine` must open write transactions."""
    command.upgrade(_config(engine), "head")


def current(engine: sa.Engine) -> str | None:
    """The database's revision; None if it was never set up."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def prepare(engine: sa.Engine) -> None:
    """
    Set up a database that holds no table yet; one of the newest schema is left as it is.

    Raises:
        Conflict: There are tables of something else.
        WrongSchema: It is ours, but of another version.
    """
    if current(engine) is None:
        if foreign := sa.inspect(engine).get_table_names():
            raise Conflict(
                f"That database holds tables of another program ({', '.join(sorted(foreign)[:3])}). "
                "Nothing was changed. Name a database that holds nothing yet."
            )
        upgrade(engine)
    check_schema(engine)


def check_schema(engine: sa.Engine) -> None:
    """
    Raises:
        WrongSchema: The database is older (upgrade it), newer (use the newer program) or none at all.
    """
    try:
        found, expected = current(engine), newest()
    except sa.exc.OperationalError:
        raise  # it cannot be reached now; that says nothing about what it holds
    except sa.exc.DatabaseError as error:
        raise WrongSchema(
            f"This is not a database that this program wrote ({error.orig}). "
            "Name another one, or restore a backup."
        ) from error
    if found == expected:
        return
    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    if found is None:
        raise WrongSchema("This database was never set up. Run `python -m alignment init`.")
    if found in known:
        raise WrongSchema(
            f"This database has schema {found}, this program needs {expected}. "
            "Run `python -m alignment init`."
        )
    raise WrongSchema(
        f"This database was written by a newer version (schema {found}). Use that version of the program."
    )
