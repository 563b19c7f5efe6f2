"""Log lines as JSON: what happened, where and in which request. Numbers of records, never what is in them.

Our own lines are written with numbers only. What others write may quote a value, so of their lines only the fixed words
and the numbers are kept, and of an error its type and place. Lines for people (with colours) are never drawn: they
would print the variables around an error, and with them whoever was on the page.
"""

import logging
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

OURS = ("clinic", "patients", "treatments", "reminders", "interface", "privacy", "django_structlog")
# Named by what we run, not by people; everything else in a line of others is left out.
SAFE_FIELDS = frozenset({"name", "id", "task", "pid", "runtime", "exitcode", "sig"})
# What django-structlog adds and nobody needs to know of a person.
UNWANTED = ("error", "exception", "reason", "user_agent", "ip", "result")
MOST_FRAMES = 25
_ROOT = f"{Path(__file__).resolve().parent.parent}/"
_PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # addresses
    r"|(?<![\w:.-])\+?\d[\d ()]{7,}\d(?![\w:-]|\.\d)"  # phone numbers
    r"|\?[^\s\"']+"  # what was searched for
    r"|(?<=://)[^/\s@]+@"  # passwords of servers
)

# What stands in quotes in a line that came filled in is a value, such as a request that no server can read.
_QUOTED = re.compile(r"(?<!\w)(['\"]).*?\1(?!\w)")


def scrubbed(text: str) -> str:
    """Return a text of others without what looks like an address, a number or a search."""
    return _PRIVATE.sub("-", text)


def only_fixed_words(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace a line of others by its template, filled with numbers and names of tasks alone."""
    args = event.pop("positional_args", None)
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] in OURS:
        event["event"] = str(record.msg) % args if args else str(record.msg)
        return event
    # What has several lines is an error that somebody wrote out.
    template = scrubbed(str(record.msg).partition("\n")[0])
    try:
        event["event"] = template % _harmless(args) if args else _QUOTED.sub("-", template)
    except (TypeError, ValueError, KeyError):
        event["event"] = template
    return event


def _harmless(args: Any) -> Any:
    """Return numbers as they are, and a stroke for all that may be a value."""
    if isinstance(args, dict):
        return {key: value if key in SAFE_FIELDS else _number(value) for key, value in args.items()}
    return tuple(_number(value) for value in args)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else "-"


def only_type_and_place(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Say of an error what kind it is and where it arose. Its text may quote a row, so it is not kept."""
    for name in UNWANTED:
        event.pop(name, None)
    event.pop("stack_info", None)
    found = event.pop("exc_info", None)
    if isinstance(found, tuple):
        found = found[1]
    elif found is True:
        found = sys.exception()
    if isinstance(found, BaseException):
        event["errors"] = [_described(error) for error in _chain(found)]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and those behind it, the last one first."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return chain


def _described(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    return {"type": f"{kind.__module__}.{kind.__qualname__}", "at": _places(error.__traceback__)}


def _places(found: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(found)[-MOST_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    return path.partition("site-packages/")[2] or path.removeprefix(_ROOT)


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def set_up() -> None:
    """Let lines written through structlog take the same way as all others."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def formatter() -> logging.Formatter:
    """Return what turns every line, ours and others', into JSON."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, only_fixed_words],
        processors=[
            only_type_and_place,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(default=lambda value: f"<{type(value).__name__}>"),
        ],
        # Filling a template in is ours to do.
        use_get_message=False,
        pass_foreign_args=True,
    )


def configuration(level: str) -> dict[str, Any]:
    """Return LOGGING: everything on one stream, from one level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "clinic.logs.formatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django would print to a console of its own in development, and mail errors with all values in them.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            # Said by lines of our own, with the number of the request.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
