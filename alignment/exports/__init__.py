"""Answers and figures as files."""
