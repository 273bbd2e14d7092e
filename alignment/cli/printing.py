"""One printer for all commands: sentences for people, or one JSON object a line."""

import json
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    as_json: bool

    def line(self, text: str, **plain: Any) -> None:
        """A sentence, or with --json the fields that it is made of."""
        shown = json.dumps(plain or {"message": text}, ensure_ascii=False) if self.as_json else text
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()

    def detail(self, text: str) -> None:
        """Something that belongs to the line before; the JSON has it already."""
        if not self.as_json:
            sys.stdout.write(f"    {text}\n")

    def error(self, text: str) -> None:
        shown = json.dumps({"error": text}, ensure_ascii=False) if self.as_json else text
        sys.stderr.write(shown + "\n")
