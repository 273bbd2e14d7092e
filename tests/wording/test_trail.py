"""The audit trail as sentences that both teams can read."""

from datetime import UTC, datetime

import pytest

from alignment.audit import AuditTag
from alignment.metrics.history import AuditLine
from alignment.wording import audit_sentence


def event(tag, subject="goal 1", before=None, after=None, reason=None, role="marketing_head"):
    return AuditLine(
        event_id=1, at=datetime(2026, 6, 26, tzinfo=UTC), actor="Ana Ruiz", role=role, tag=tag,
        subject=subject, before=before or {}, after=after or {}, reason=reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            event("goal:target:propose", after={"version": 2, "value": 160}, reason="agreed in May"),
            'Ana Ruiz (head of marketing) proposed a target for goal 1, version 2: "agreed in May"',
        ),
        (
            event("goal:target:sign", after={"version": 2, "team": "sales", "signed_in_local_mode": True}),
            "Ana Ruiz (head of marketing) signed the target of goal 1, version 2 for sales in local mode",
        ),
        (
            event("import:batch:apply", "import batch 3", role="admin",
                  after={"file": "leads.csv", "rows_inserted": 8954, "rows_updated": 40}),
            "Ana Ruiz (administrator) imported leads.csv, 8,954 new rows, 40 changed",
        ),
        (
            event("import:batch:undo", "import batch 3", role="admin", after={"state": "undone"}),
            "Ana Ruiz (administrator) took back import batch 3",
        ),
        (event("company:create", "company 1"), "Ana Ruiz (head of marketing) set up the company"),
    ],
)  # fmt: skip
def test_an_action_is_one_sentence(line, sentence):
    assert audit_sentence(line) == sentence


def test_every_tag_has_words():
    """A new kind of action would otherwise show its code."""
    for tag in AuditTag:
        assert ":" not in audit_sentence(event(tag.value))


def test_a_tag_of_a_later_version_is_still_readable():
    assert audit_sentence(event("flag:frame", "flag 7")) == "Ana Ruiz (head of marketing) flag frame flag 7"
