"""
What a screen shows: one function a screen, `(session, scope, view) -> answer`.

The only place where a query meets a metric. Each function checks its permission
itself; the scope narrows what it reads in SQL.
"""

from alignment.answers.funnel_screen import funnel, funnel_records

__all__ = ["funnel", "funnel_records"]
