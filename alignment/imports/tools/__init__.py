"""Exports of tools that many companies use, by the names of their interface and of their screens."""
