"""
Settings from the environment and `.streamlit/secrets.toml`, read once, frozen.

Every name begins with ALIGN_. The environment wins over the file.
"""

import os
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from alignment.errors import BadSettings

ROOT = Path(__file__).resolve().parent.parent
COMPANY_DATABASE = Path("data/company.db")
SAMPLE_DATABASE = Path("data/sample.db")
WAS_HERE = Path("data/company.was_here")


def sqlite_url(path: Path) -> str:
    """The address of a file, whatever signs its name has."""
    return f"sqlite:///{quote(str(path))}"


class Mode(StrEnum):
    """Local: one machine, no sign-in. Shared: sign-in required."""

    LOCAL = "local"
    SHARED = "shared"


class Settings(BaseSettings):
    """
    database_url: where the company's facts are; None picks the files below `data/`.
    mode: local or shared; shared refuses to start without sign-in settings.
    import_max_*: limits of the command line; the page has its own, fixed ones.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALIGN_", toml_file=ROOT / ".streamlit" / "secrets.toml", frozen=True, extra="ignore"
    )

    database_url: str | None = None
    mode: Mode = Mode.LOCAL
    import_max_mb: int = 4096
    import_max_rows: int | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    def url(self) -> str:
        """The database in use: the configured one, else the company's file, else the sample's."""
        if self.database_url:
            return self.database_url
        own = ROOT / COMPANY_DATABASE
        is_own = own.exists() or (ROOT / WAS_HERE).exists()
        return sqlite_url(own if is_own else ROOT / SAMPLE_DATABASE)

    def is_sample(self) -> bool:
        """Whether nothing of a company's own is configured, so that the sample may be built."""
        return self.url() == sqlite_url(ROOT / SAMPLE_DATABASE)


def read_settings(**overrides: Any) -> Settings:
    """
    The settings of this process.

    Raises:
        BadSettings: A value cannot be used; the message names the variable and what was expected.
    """
    try:
        return Settings(**overrides) if overrides else _as_they_stand(*_origins())
    except ValidationError as error:
        problems = "; ".join(_problem(part) for part in error.errors())
        raise BadSettings(f"A setting cannot be used. {problems}. Correct it and start again.") from error


@lru_cache(maxsize=8)
def _as_they_stand(variables: tuple[tuple[str, str], ...], file_written: int | None) -> Settings:
    """A page asks six times in a run, a millisecond each: the same origins are read once."""
    return Settings()


def _origins() -> tuple[tuple[tuple[str, str], ...], int | None]:
    """Our variables, and when the file of secrets was last written."""
    ours = sorted(pair for pair in os.environ.items() if pair[0].upper().startswith("ALIGN_"))
    file = Settings.model_config["toml_file"]
    assert isinstance(file, Path)
    return tuple(ours), file.stat().st_mtime_ns if file.exists() else None


def _problem(part: Any) -> str:
    return f'ALIGN_{str(part["loc"][0]).upper()} is "{part["input"]}": {part["msg"]}'
