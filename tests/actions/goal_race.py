"""One person of a race for a goal, as a process of its own would run it."""

import sys
from datetime import date

from alignment.access import Actor
from alignment.actions.goals import propose_target
from alignment.db import Database
from alignment.errors import Conflict
from alignment.tables import Goal
from alignment.vocabulary import Role


def head_of(team: str) -> Actor:
    role = Role.SALES_HEAD if team == "sales" else Role.MARKETING_HEAD
    return Actor(person_id=None, name=f"Head of {team}", role=role)


def propose_until(database: Database, team: str, goal_id: int, rounds: int) -> tuple[list[int], int]:
    """
    Read the goal, propose a value of one's own, until `rounds` proposals were accepted.

    Returns the accepted values, and how often the other was faster.
    """
    accepted: list[int] = []
    conflicts = 0
    base = 1_000_000 if team == "sales" else 2_000_000
    while len(accepted) < rounds:
        with database.reading() as reader:
            goal = reader.get(Goal, goal_id)
            assert goal is not None
            seen = goal.version
        value = base + len(accepted) + 1
        try:
            with database.writing() as session:
                propose_target(
                    session,
                    head_of(team),
                    goal_id=goal_id,
                    seen_version=seen,
                    value=value,
                    valid_from=date(2026, 4, 1),
                    reason=f"{team} {value}",
                )
            accepted.append(value)
        except Conflict:
            conflicts += 1
    return accepted, conflicts


if __name__ == "__main__":
    url, team, goal_id, rounds = sys.argv[1:]
    accepted, conflicts = propose_until(Database(url), team, int(goal_id), int(rounds))
    sys.stdout.write(f"{len(accepted)} {conflicts}\n")
