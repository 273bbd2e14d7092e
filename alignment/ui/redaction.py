"""The log tells what failed, without credentials, addresses of people, or the values of a statement (R16)."""

import logging
import re
import traceback

_HIDDEN = (
    (re.compile(r"://[^\s/@:]+:[^\s/@]+@"), "://***@"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "***@***"),
    (re.compile(r"\[parameters: .*?\]\n", re.DOTALL), "[parameters: ***]\n"),
    (re.compile(r"(?i)(_streamlit_\w+|cookie|authorization)([=:]\s*)\S+"), r"\1\2***"),
)
LOGGERS = ("streamlit.error_util", "alignment.ui.serve", "alignment.ui.building")


def redacted(text: str) -> str:
    """
    Example:
        >>> redacted("postgresql://ana:secret@db/x failed for ana@example.com")
        'postgresql://***@db/x failed for ***@***'
    """
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text


class Redaction(logging.Filter):
    """Rewrites a record, its trace included, before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info:
            record.exc_text = redacted("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True


def install() -> None:
    """On the loggers that write whole traces. Twice is once."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, Redaction) for each in logger.filters):
            logger.addFilter(Redaction())
