"""
Runs the command line in forks of one process that has loaded everything, so that hundreds can be killed.

Each line of standard input is {"out": path, "args": [...]}: what the command prints goes to that file, as
through a pipe. Answers with the fork's process id, and with its wait status once it is gone.
"""

import json
import os
import sys

from alignment.cli import main
from alignment.imports import gate

assert gate  # loaded here, so that a fork does not load it again


def run(ask: dict[str, list[str] | str]) -> None:
    """The command, in a process of its own that ends here."""
    code = 1
    try:
        os.setpgid(0, 0)
        out = os.open(str(ask["out"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = main(list(ask["args"]))
    finally:
        gate.close_workers()
        os._exit(code)


for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        run(json.loads(line))
    sys.stdout.write(f"{pid}\n")
    sys.stdout.flush()
    sys.stdout.write(f"{os.waitpid(pid, 0)[1]}\n")
    sys.stdout.flush()
