"""Messages between the two processes: a JSON head and one run of bytes, both with their length in front."""

import json
import struct
from typing import Any, BinaryIO, NamedTuple

_LENGTHS = struct.Struct(">QQ")
_MOST_HEAD = 1 << 30
_PIECE = 1 << 20
READY, REFUSED, MEMORY, FAULT = "ready", "refused", "memory", "fault"
"""Answers of the child that are not what the file holds."""


class Frame(NamedTuple):
    """One message. `body` is raw bytes whose meaning the head tells."""

    head: dict[str, Any]
    body: bytes | bytearray = b""


class Torn(Exception):
    """The other side ended in the middle of a message, or said something that is none."""


def send(stream: BinaryIO, frame: Frame) -> None:
    """
    Raises:
        OSError: The other side is gone.
    """
    head = json.dumps(frame.head).encode()
    for part in (_LENGTHS.pack(len(head), len(frame.body)) + head, frame.body):
        view = memoryview(part)
        while view:  # an unbuffered pipe takes as much as it has room for
            view = view[stream.write(view[:_PIECE]) :]


def receive(stream: BinaryIO, *, most_bytes: int | None = None) -> Frame | None:
    """
    The next message; None where the other side has closed its end in between.

    Raises:
        Torn: The message is cut, larger than `most_bytes`, or its head is no JSON object.
    """
    first = stream.read(1)
    if not first:
        return None
    n_head, n_body = _LENGTHS.unpack(first + _exactly(stream, _LENGTHS.size - 1))
    if n_head > _MOST_HEAD or (most_bytes is not None and n_body > most_bytes):
        raise Torn(f"a message of {n_head:,} and {n_body:,} bytes")
    try:
        head = json.loads(_exactly(stream, n_head))
    except ValueError as error:
        raise Torn("a head that is no JSON") from error
    if not isinstance(head, dict):
        raise Torn("a head that is no JSON object")
    return Frame(head=head, body=_exactly(stream, n_body))


def _exactly(stream: BinaryIO, n_bytes: int) -> bytearray:
    found = bytearray(n_bytes)
    view = memoryview(found)
    while view:
        n_read = stream.readinto(view)  # type: ignore[attr-defined]
        if not n_read:
            raise Torn(f"{len(view):,} of {n_bytes:,} bytes are missing")
        view = view[n_read:]
    return found
