"""What reps report from the field: a type, seen in k of n conversations, sometimes a note."""

from dataclasses import dataclass

from .chance import Stream
from .clock import DAY, WORKING_MINUTES, add_business, export_moment, week_start
from .country import CODES, LAENDER
from .offer import PRODUCTS
from .staff import rep_for
from .story import WEAK

FIRST_WEEK = 18
KINDS = (
    "Brand weak",
    "Competitor",
    "Price objection",
    "Out of stock",
    "Material missing",
    "Lead quality",
    "Message not understood",
    "Other",
)
_USUAL = (8, 18, 20, 8, 16, 10, 14, 6)
_IN_THE_WEAK = (60, 10, 10, 2, 8, 2, 6, 2)
_DURING_THE_PROMISE = (6, 12, 14, 6, 10, 40, 8, 4)
_PROMISE_WEEKS = range(57, 71)
_SEEN_SHARE = {"Brand weak": 0.6, "Competitor": 0.4, "Price objection": 0.45, "Lead quality": 0.55}
_NOTES = {
    "Brand weak": (
        "Nobody at the table had heard of us.",
        "First had to explain who we are.",
        "Known only by one of them.",
    ),
    "Competitor": (
        "They have a rental offer from the local supplier.",
        "The other brand was there last week.",
    ),
    "Price objection": (
        "Filter costs are the question, not the device.",
        "Compared us with bottled water per litre.",
    ),
    "Out of stock": ("Cartridges were promised for last week.", "Partner had no demo unit left."),
    "Material missing": (
        "No brochure for care homes in the car.",
        "Price list on the stand was last year's.",
    ),
    "Lead quality": (
        "Only wanted the prize.",
        "No need and no budget, took part in the draw.",
        "Private person, no firm.",
    ),
    "Message not understood": ("Thought Sparkling means sugar.", "Read 'sterile' as 'for hospitals only'."),
    "Other": ("Ask again after the building works.",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One report. `seen` of `conversations`."""

    id: str
    at: int
    territory: str
    kind: str
    seen: int
    conversations: int
    product: str
    note: str
    person: str


def flags(seed: int, last_week: int) -> list[Flag]:
    """About one a week, in order of time."""
    drafts = []
    for week in range(FIRST_WEEK, last_week + 1):
        stream = Stream(seed, f"flags/{week}")
        drafts += [_flag(stream, week) for _ in range(stream.weighted((0, 1, 2), (25, 50, 25)))]
    until = export_moment(last_week)
    found = sorted((flag for flag in drafts if flag.at < until), key=lambda flag: flag.at)
    return [
        Flag(
            id=f"F{number:04d}",
            at=flag.at,
            territory=flag.territory,
            kind=flag.kind,
            seen=flag.seen,
            conversations=flag.conversations,
            product=flag.product,
            note=flag.note,
            person=flag.person,
        )
        for number, flag in enumerate(found, start=1)
    ]


def _flag(stream: Stream, week: int) -> Flag:
    territory = WEAK if stream.chance(0.2) else stream.weighted(CODES, [land.population for land in LAENDER])
    weights = _DURING_THE_PROMISE if week in _PROMISE_WEEKS else _USUAL
    kind = stream.weighted(KINDS, _IN_THE_WEAK if territory == WEAK else weights)
    conversations = stream.whole(4, 12)
    at = add_business(week_start(week) + stream.whole(0, 3) * DAY, stream.whole(20, WORKING_MINUTES - 20))
    return Flag(
        id="",
        at=at,
        territory=territory,
        kind=kind,
        conversations=conversations,
        seen=max(1, stream.successes(conversations, _SEEN_SHARE.get(kind, 0.35))),
        product=stream.pick(PRODUCTS).code if stream.chance(0.4) else "",
        note=stream.pick(_NOTES[kind]) if stream.chance(0.7) else "",
        person=rep_for(stream, territory),
    )
