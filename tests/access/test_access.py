"""The matrix of roles and permissions, checked whole, and the guard that applies it."""

import pytest

from alignment.access import ROLE_PERMISSIONS, SENTENCES, SIGNS_FOR, Actor, Permission, permitted, require
from alignment.errors import NotAllowed
from alignment.vocabulary import Role, Team

P = Permission
MATRIX = {
    Role.VIEWER: {P.NUMBERS_READ},
    Role.REP: {
        P.NUMBERS_READ,
        P.RECORDS_READ,
        P.FLAGS_READ,
        P.FLAGS_RAISE,
        P.TARGETS_READ,
        P.TARGETS_MARK,
        P.PROMISES_MAKE,
        P.CONTACTS_LOG,
    },
    Role.MARKETER: {
        P.NUMBERS_READ,
        P.RECORDS_READ,
        P.FLAGS_READ,
        P.FLAGS_RAISE,
        P.PROMISES_MAKE,
        P.CONTACTS_LOG,
        P.FLAGS_RESPOND,
        P.TARGETS_READ,
        P.TARGETS_HAND,
        P.DESIGNS_DRAFT,
        P.IMPORTS_PREVIEW,
    },
    Role.SALES_HEAD: {
        P.NUMBERS_READ,
        P.RECORDS_READ,
        P.GOALS_PROPOSE,
        P.GOALS_SIGN,
        P.DESIGNS_APPROVE,
        P.TARGETS_READ,
        P.FLAGS_READ,
        P.FLAGS_RAISE,
        P.PROMISES_MAKE,
        P.CONTACTS_LOG,
        P.IMPORTS_PREVIEW,
        P.PROBLEMS_ASSIGN,
        P.NAMES_DECIDE,
        P.AUDIT_READ,
    },
    Role.SPONSOR: {P.NUMBERS_READ, P.RECORDS_READ, P.FLAGS_READ, P.TARGETS_READ, P.AUDIT_READ},
    Role.ADMIN: {
        P.NUMBERS_READ,
        P.RECORDS_READ,
        P.FLAGS_READ,
        P.TARGETS_READ,
        P.IMPORTS_PREVIEW,
        P.IMPORTS_APPLY,
        P.PROBLEMS_ASSIGN,
        P.NAMES_DECIDE,
        P.AUDIT_READ,
        P.COMPANY_MANAGE,
    },
}
MATRIX[Role.MARKETING_HEAD] = MATRIX[Role.SALES_HEAD] | {P.FLAGS_RESPOND, P.TARGETS_HAND, P.DESIGNS_DRAFT}


def actor(role: Role, **options) -> Actor:
    return Actor(person_id=1, name="Somebody", role=role, **options)


@pytest.mark.parametrize("role", Role)
def test_each_role_has_exactly_these_permissions(role):
    assert ROLE_PERMISSIONS[role] == MATRIX[role]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_require_agrees_with_the_matrix(role, permission):
    if permission in MATRIX[role]:
        require(actor(role), permission)
        return
    with pytest.raises(NotAllowed, match="Your role cannot"):
        require(actor(role), permission)


def test_a_refusal_names_who_may():
    with pytest.raises(NotAllowed) as refusal:
        require(actor(Role.VIEWER), Permission.IMPORTS_APPLY)

    assert str(refusal.value) == "Your role cannot apply an import. Ask one of: Administrator."


def test_the_sponsor_reads_all_and_decides_nothing():
    """The sample opens as sponsor, because neither team leads (decisions section 5)."""
    assert all(permission.value.endswith(":read") for permission in ROLE_PERMISSIONS[Role.SPONSOR])


def test_each_team_has_one_signing_head():
    assert SIGNS_FOR == {
        Role.SALES_HEAD: Team.SALES,
        Role.MARKETING_HEAD: Team.MARKETING,
    }
    assert all(Permission.GOALS_SIGN in ROLE_PERMISSIONS[role] for role in SIGNS_FOR)
    assert sum(Permission.GOALS_SIGN in granted for granted in ROLE_PERMISSIONS.values()) == len(SIGNS_FOR)


def test_every_permission_has_a_sentence():
    assert set(SENTENCES) == set(Permission)


def test_a_rep_sees_the_records_of_their_own_territories_only():
    scope = actor(Role.REP, territories=frozenset({7})).scope

    assert scope.record_territories == frozenset({7})
    assert scope.territories is None, "the numbers themselves are the same for everybody"


def test_the_guard_runs_before_the_function():
    calls = []

    @permitted(Permission.IMPORTS_APPLY)
    def apply(session, actor):
        calls.append(actor.role)

    with pytest.raises(NotAllowed):
        apply(None, actor(Role.SPONSOR))
    apply(None, actor(Role.ADMIN))

    assert calls == [Role.ADMIN]
