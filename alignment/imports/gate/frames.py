"""Messages between the two processes: a JSON head and one run of bytes, both with their length in front."""

import json
import struct
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

_LENGTHS = struct.Struct(">QQ")
_MOST_HEAD = 1 << 30
_PIECE, _PIPE = 1 << 20, 1 << 16
READY, REFUSED, MEMORY, FAULT = "ready", "refused", "memory", "fault"
"""Answers of the child that are not what the file holds."""


class Frame(NamedTuple):
    """One message. `body` is raw bytes whose meaning the head tells."""

    head: dict[str, Any]
    body: bytes = b""


class Torn(Exception):
    """The other side ended in the middle of a message, or said something that is none."""


def send(stream: BinaryIO, frame: Frame) -> None:
    """
    Raises:
        OSError: The other side is gone.
    """
    head = json.dumps(frame.head).encode()
    _write(stream, _LENGTHS.pack(len(head), len(frame.body)) + head)
    _write(stream, frame.body)


def send_file(stream: BinaryIO, file: BinaryIO, n_bytes: int) -> None:
    """
    A message without a head, whose body is a file's first bytes, never more than a piece of them in memory.

    Raises:
        OSError: The other side is gone, or the file is shorter.
    """
    head = b"{}"
    _write(stream, _LENGTHS.pack(len(head), n_bytes) + head)
    file.seek(0)
    while n_bytes:
        piece = file.read(min(_PIECE, n_bytes))
        if not piece:
            raise OSError("the file has become shorter while it was read")
        _write(stream, piece)
        n_bytes -= len(piece)


def _write(stream: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
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


def _exactly(stream: BinaryIO, n_bytes: int) -> bytes:
    found, missing = BytesIO(), n_bytes  # it gives its bytes away without a copy
    while missing:
        piece = stream.read(min(_PIPE, missing))
        if not piece:
            raise Torn(f"{missing:,} of {n_bytes:,} bytes are missing")
        missing -= found.write(piece)
    return found.getvalue()
