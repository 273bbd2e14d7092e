"""What reading one cell's text can give beside its value."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bad:
    """The text is not what the field needs. `problem` continues the sentence '"text" ...'."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A value that goes in, with a remark for the receipt: 'a year of two digits'."""

    value: Any
    remark: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A word of the company's own, for a stage: what it stands for is for a person to say, once."""

    text: str
