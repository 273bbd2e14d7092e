"""
Who may do what: roles, permissions, scope. Default deny.

The matrix below is the only one; `docs` and tests are made from it. Permission
is checked in the action or answer itself, never only on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar, cast

from alignment.errors import NotAllowed
from alignment.vocabulary import Role, Team, label


class Permission(StrEnum):
    """`resource:action`."""

    NUMBERS_READ = "numbers:read"
    RECORDS_READ = "records:read"
    GOALS_PROPOSE = "goals:propose"
    GOALS_SIGN = "goals:sign"
    FLAGS_RAISE = "flags:raise"
    FLAGS_READ = "flags:read"
    FLAGS_RESPOND = "flags:respond"
    TARGETS_READ = "targets:read"
    TARGETS_HAND = "targets:hand"
    TARGETS_MARK = "targets:mark"
    PROMISES_MAKE = "promises:make"
    CONTACTS_LOG = "contacts:log"
    DESIGNS_DRAFT = "designs:draft"
    DESIGNS_APPROVE = "designs:approve"
    IMPORTS_PREVIEW = "imports:preview"
    IMPORTS_APPLY = "imports:apply"
    PROBLEMS_ASSIGN = "problems:assign"
    NAMES_DECIDE = "names:decide"
    AUDIT_READ = "audit:read"
    COMPANY_MANAGE = "company:manage"


SENTENCES: dict[Permission, str] = {
    Permission.NUMBERS_READ: "see the shared numbers",
    Permission.RECORDS_READ: "see the records behind a number",
    Permission.GOALS_PROPOSE: "propose a target",
    Permission.GOALS_SIGN: "sign a target for your team",
    Permission.FLAGS_RAISE: "raise a flag from the field",
    Permission.FLAGS_READ: "read flags and what was answered",
    Permission.FLAGS_RESPOND: "take on and answer a flag",
    Permission.TARGETS_READ: "see what marketing handed to sales, and what came of it",
    Permission.TARGETS_HAND: "hand targets and insights to sales",
    Permission.TARGETS_MARK: "mark a target hit or miss",
    Permission.PROMISES_MAKE: "ask the other team for something or promise it",
    Permission.CONTACTS_LOG: "log a visit, ride-along or training",
    Permission.DESIGNS_DRAFT: "draft a campaign test",
    Permission.DESIGNS_APPROVE: "approve a campaign test for your team",
    Permission.IMPORTS_PREVIEW: "look at a file before it is applied",
    Permission.IMPORTS_APPLY: "apply an import",
    Permission.PROBLEMS_ASSIGN: "say who looks after a problem of the data",
    Permission.NAMES_DECIDE: "decide what a name in an import stands for",
    Permission.AUDIT_READ: "read the audit trail",
    Permission.COMPANY_MANAGE: "change the company's settings",
}

_EVERYBODY = frozenset({Permission.NUMBERS_READ})
_TEAM = _EVERYBODY | {Permission.RECORDS_READ, Permission.FLAGS_READ, Permission.TARGETS_READ}
_FIELD = _TEAM | {Permission.FLAGS_RAISE, Permission.PROMISES_MAKE, Permission.CONTACTS_LOG}

_MARKETING = {Permission.FLAGS_RESPOND, Permission.DESIGNS_DRAFT, Permission.TARGETS_HAND}

_HEAD = _FIELD | {
    Permission.GOALS_PROPOSE,
    Permission.GOALS_SIGN,
    Permission.DESIGNS_APPROVE,
    Permission.IMPORTS_PREVIEW,
    Permission.PROBLEMS_ASSIGN,
    Permission.NAMES_DECIDE,
    Permission.AUDIT_READ,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _EVERYBODY,
    Role.REP: _FIELD | {Permission.TARGETS_MARK},
    Role.MARKETER: _FIELD | _MARKETING | {Permission.IMPORTS_PREVIEW},
    Role.SALES_HEAD: _HEAD,
    Role.MARKETING_HEAD: _HEAD | _MARKETING,
    Role.SPONSOR: _TEAM | {Permission.AUDIT_READ},
    Role.ADMIN: _TEAM
    | {
        Permission.IMPORTS_PREVIEW,
        Permission.IMPORTS_APPLY,
        Permission.PROBLEMS_ASSIGN,
        Permission.NAMES_DECIDE,
        Permission.AUDIT_READ,
        Permission.COMPANY_MANAGE,
    },
}

TEAM_OF: dict[Role, Team] = {
    Role.REP: Team.SALES,
    Role.SALES_HEAD: Team.SALES,
    Role.MARKETER: Team.MARKETING,
    Role.MARKETING_HEAD: Team.MARKETING,
}
"""Who speaks for a team when the two ask each other for something; the others belong to neither."""

SIGNS_FOR: dict[Role, Team] = {Role.SALES_HEAD: Team.SALES, Role.MARKETING_HEAD: Team.MARKETING}
"""Whose signature a head's signature is. Neither team leads: a target needs both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    What an answer may contain, applied in SQL and part of every cache key.

    `territories` None means all. `record_territories` narrows the records behind
    a number further (a rep sees the records of their own territories); the
    numbers themselves are the same for everybody. `may_see_people` is about
    measures of named employees, not about leads.
    """

    permissions: frozenset[Permission]
    territories: frozenset[int] | None = None
    may_see_records: bool = False
    record_territories: frozenset[int] | None = None
    may_see_people: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """
    Who is asking. Read from the database in every run, never from a widget's word alone.

    `person_id` None is the program itself (the command line, the sample).
    `is_local` marks what is done without sign-in: signatures then say so.
    """

    person_id: int | None
    name: str
    role: Role
    territories: frozenset[int] = frozenset()
    is_local: bool = True

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLE_PERMISSIONS[self.role]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def scope(self) -> Scope:
        """What this actor's answers may contain."""
        return Scope(
            permissions=self.permissions,
            may_see_records=self.may(Permission.RECORDS_READ),
            record_territories=self.territories if self.role is Role.REP else None,
            may_see_people=self.role in (Role.SALES_HEAD, Role.MARKETING_HEAD),
        )


class Holder(Protocol):
    """Anything that carries permissions: an Actor or a Scope."""

    def may(self, permission: Permission) -> bool: ...


def require(holder: Holder, permission: Permission) -> None:
    """
    Raises:
        NotAllowed: The sentence names what was refused and which roles may.
    """
    if not holder.may(permission):
        roles = [label(role) for role, granted in ROLE_PERMISSIONS.items() if permission in granted]
        raise NotAllowed(f"Your role cannot {SENTENCES[permission]}. Ask one of: {', '.join(roles)}.")


P = ParamSpec("P")
R = TypeVar("R")


def permitted(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Guard a public function of `actions` or `answers`: its second argument is the holder.

    A test walks both packages and fails on any public function without this mark.
    """

    def guard(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require(cast(Holder, args[1]), permission)
            return function(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard
