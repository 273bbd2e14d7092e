"""What the garbage collector looks through, and how often."""

import gc

_NEW_AT_ONCE, _YOUNG, _OLD = 50_000, 20, 50


def settle_heap() -> None:
    """
    Take what is loaded by now out of the garbage collector's sight, and let it look less often.

    Python looks after every 700 new objects; an import makes millions that all stay for a while, so that
    looking through them took 30 % of its processor time. What is in no circle is freed at once as ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_AT_ONCE, _YOUNG, _OLD)
