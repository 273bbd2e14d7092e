"""`python -m alignment`."""

import sys

from alignment.cli import main
from alignment.heap import settle_heap

if __name__ == "__main__":
    settle_heap()
    sys.exit(main())
