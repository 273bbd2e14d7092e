"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import alignment.stats

MODULES = [f"alignment.stats.{module.name}" for module in pkgutil.iter_modules(alignment.stats.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [t for name in MODULES for t in finder.find(importlib.import_module(name)) if t.examples]

    assert len(found) >= 6
