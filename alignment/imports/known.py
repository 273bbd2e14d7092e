"""What persons decided about earlier files, as plain values: reading a file needs no database."""

from dataclasses import dataclass

from alignment.imports.kinds import folded
from alignment.vocabulary import DealEventKind, Exit, Stage, StageSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMeaning:
    """A source's word for a stage, folded, and which of ours it is (a deal's: opened, won or lost)."""

    source: str
    subject: StageSubject
    folded: str
    meaning: Stage | Exit | DealEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """How a file with this header was read the last time. `header_sha256` as in `mappings`."""

    kind: str
    source: str
    header_sha256: str
    mapping: tuple[tuple[str, str], ...]
    date_order: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Decisions in force. Hashable, so that it can be part of a cache key."""

    stages: tuple[StageMeaning, ...] = ()
    formats: tuple[FileFormat, ...] = ()

    def meaning(self, source: str, subject: StageSubject, text: str) -> Stage | Exit | DealEventKind | None:
        """What the source's word stands for; None where nobody has decided."""
        key = (source, subject, folded(text))
        return next((s.meaning for s in self.stages if (s.source, s.subject, s.folded) == key), None)

    def format_of(self, header_sha256: str, *, kind: str | None = None) -> FileFormat | None:
        """The latest answers for this header, if a person gave some."""
        fits = (f for f in self.formats if f.header_sha256 == header_sha256 and kind in (None, f.kind))
        return next(fits, None)


NOTHING = Known()
