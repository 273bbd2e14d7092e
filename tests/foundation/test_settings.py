"""Settings: the environment wins, a bad value names its variable, the database's default is stated."""

import pytest

from alignment import settings as module
from alignment.errors import BadSettings, did_you_mean
from alignment.settings import Mode, read_settings


def test_a_bad_value_names_the_variable_and_what_was_expected(monkeypatch):
    monkeypatch.setenv("ALIGN_MODE", "public")

    with pytest.raises(BadSettings, match=r"ALIGN_MODE is .public.: .*'local' or 'shared'"):
        read_settings()


def test_the_environment_names_the_database(monkeypatch):
    monkeypatch.setenv("ALIGN_DATABASE_URL", "postgresql://somewhere/company")

    assert read_settings().url() == "postgresql://somewhere/company"
    assert not read_settings().is_sample()


class TestDefaultDatabase:
    @pytest.fixture(autouse=True)
    def empty_folder(self, tmp_path, monkeypatch):
        monkeypatch.delenv("ALIGN_DATABASE_URL", raising=False)
        monkeypatch.setattr(module, "ROOT", tmp_path)
        (tmp_path / "data").mkdir()
        self.data = tmp_path / "data"

    def test_nothing_there_means_the_sample(self):
        assert read_settings().url() == f"sqlite:///{self.data / 'sample.db'}"
        assert read_settings().is_sample()

    def test_the_companys_own_file_comes_first(self):
        (self.data / "company.db").touch()

        assert read_settings().url() == f"sqlite:///{self.data / 'company.db'}"

    def test_a_lost_company_is_never_replaced_by_the_sample(self):
        """A missing company database is an error to be told, not a reason to show made-up numbers."""
        (self.data / "company.was_here").touch()

        assert read_settings().url() == f"sqlite:///{self.data / 'company.db'}"
        assert not read_settings().is_sample()

    def test_local_mode_is_the_default(self):
        assert read_settings().mode is Mode.LOCAL


def test_did_you_mean_offers_the_nearest_and_only_a_near_one():
    assert did_you_mean("nort", ["North", "South"]) == ' Did you mean "North"?'
    assert did_you_mean("xyz", ["North", "South"]) == ""
