"""Why a measure of what employees did is not shown, in words."""

from alignment.insights.finding import TODAY_ONLY
from alignment.metrics.small_cells import Hidden


def why_hidden(what: str, hidden: Hidden) -> str:
    """
    A sentence.

    Example:
        >>> why_hidden("Contact", Hidden.FEW)
        'Contact is shown from five representatives on: fewer could be told apart.'
    """
    if hidden is Hidden.PAST:
        return TODAY_ONLY
    if hidden is Hidden.NOBODY:
        return f"{what} is not shown: no representatives are known. Import a table of people."
    return f"{what} is shown from five representatives on: fewer could be told apart."
