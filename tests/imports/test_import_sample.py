"""Every file of the sample company is recognised by its columns and goes in whole."""

import json
from pathlib import Path

import pytest

EXPORTS = Path(__file__).parents[2] / "sample_data" / "exports"
FOLDERS = sorted(folder.name for folder in EXPORTS.iterdir())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_an_export_is_recognised_and_whole(read, folder):
    """The manifest says which kind and source each file is; the reading side is not told."""
    manifest = json.loads((EXPORTS / folder / "manifest.json").read_text(encoding="utf-8"))

    for file in manifest["files"]:
        parsed = read((EXPORTS / folder / file["name"]).read_bytes(), file["name"])
        count = parsed.accounting

        assert (parsed.kind, parsed.source) == (file["kind"], file["source"]), file["name"]
        assert not parsed.problems, file["name"]
        assert count.parsed == count.in_file > 0, file["name"]
