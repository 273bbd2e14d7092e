"""What an answer leaves out, where nothing is kept of it and the company is too large to be counted anew."""

from dataclasses import dataclass, field
from types import TracebackType

from alignment.errors import NotKept
from alignment.metrics.common import LeftOut


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """
    Collects what one answer leaves out, each once.

    Example:
        >>> leaving = Leaving()
        >>> with leaving.out("the win rate"):
        ...     raise NotKept("Take a filter away.")
        >>> leaving.all
        (LeftOut(what='the win rate', advice='Take a filter away.'),)
    """

    found: list[LeftOut] = field(default_factory=list)

    def out(self, what: str) -> "_Without":
        """The answer goes on without what is counted inside, if no sums of it are kept."""
        return _Without(leaving=self, what=what)

    def add(self, what: str, advice: str) -> None:
        line = LeftOut(what=what, advice=advice)
        if line not in self.found:
            self.found.append(line)

    @property
    def all(self) -> tuple[LeftOut, ...]:
        return tuple(self.found)


@dataclass(frozen=True, kw_only=True)
class _Without:
    leaving: Leaving
    what: str

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, NotKept):
            self.leaving.add(self.what, error.advice)
        return isinstance(error, NotKept)
