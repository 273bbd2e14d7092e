"""The audit trail in sentences: who did what to what, and why."""

from alignment.metrics.history import AuditLine
from alignment.vocabulary import Role, label
from alignment.wording.numerals import count, plural

_DID = {
    "company:create": "set up the company",
    "company:change": "changed the company's settings",
    "company:copy": "copied the company into this database",
    "import:batch:apply": "imported",
    "import:batch:undo": "took back",
    "problem:owner:assign": "said who looks after",
    "name:decide": "decided on a name in",
    "name:add": "added a name in",
    "name:decision:withdraw": "took back the decision of",
    "rule:territory:add": "added a territory rule in",
    "rule:territory:end": "ended a territory rule in",
    "rule:stage:decide": "said what stages mean in",
    "goal:create": "created",
    "goal:target:propose": "proposed a target for",
    "goal:target:sign": "signed the target of",
    "flag:raise": "raised",
    "flag:share": "saw the same as",
    "flag:detail": "added details to",
    "flag:triage": "took on",
    "flag:answer": "answered",
    "flag:close": "closed",
    "flag:receipt:read": "read the receipt of",
    "flag:rate": "rated",
    "flag:answer:rate": "rated the answer to",
    "target:hand": "handed to sales",
    "target:mark": "marked a target of",
    "target:withdraw": "withdrew",
    "insight:hand": "handed to sales",
    "insight:rate": "rated",
    "promise:ask": "asked the other team for",
    "promise:make": "promised",
    "promise:deliver": "noted a delivery of",
    "promise:decline": "declined",
    "promise:withdraw": "withdrew",
    "contact:log": "logged",
    "design:draft": "drafted",
    "design:revise": "drafted a new version of",
    "design:approve": "approved",
    "design:withdraw": "withdrew",
}


def audit_sentence(event: AuditLine) -> str:
    """
    One action in one sentence.

    Example: 'Ana Ruiz (head of marketing) proposed a target for goal 1, version 2: "agreed in May"'.
    """
    who = f"{event.actor} ({_role(event.role)})"
    sentence = f"{who} {_DID.get(event.tag, event.tag.replace(':', ' '))}{_object(event)}{_detail(event)}"
    return f'{sentence}: "{event.reason}"' if event.reason else sentence


def _role(role: str) -> str:
    return label(Role(role)).lower() if role in set(Role) else role


def _object(event: AuditLine) -> str:
    """The file's name for an import, else the subject as it is recorded; the company needs none."""
    if event.tag.startswith("company:"):
        return ""
    if event.tag.startswith("problem:"):
        problem = event.subject.removeprefix("problem ").replace("_", " ")
        return f' "{problem}" of {event.after.get("source")}'
    if "file" in event.after:
        return f" {event.after['file']}"
    return f" {event.subject}"


def _detail(event: AuditLine) -> str:
    after = event.after
    if event.tag == "import:batch:apply":
        new, changed = after.get("rows_inserted"), after.get("rows_updated")
        if not isinstance(new, int) or not isinstance(changed, int):
            return ""
        return f", {plural(new, 'new row')}, {count(changed)} changed"
    if event.tag.startswith(("goal:target", "design:")) and "version" in after:
        team = f" for {after['team']}" if "team" in after else ""
        local = " in local mode" if after.get("signed_in_local_mode") else ""
        return f", version {after['version']}{team}{local}"
    return ""
