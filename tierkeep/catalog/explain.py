"""pydantic's errors in the words of somebody who edits a catalog."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from tierkeep.catalog.forms import WEEKDAYS
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.tree import Location
from tierkeep.catalog.wrong import Wrong, suggest

_FORMS = {
    "(role|user)/": "a role of an account of the catalog as `account/role`, or the ARN of a role or user",
    "^(home|": "`home`, a Region's code such as eu-west-1, or an account and a Region: vaults/eu-west-1",
    "+=:,-]+": "a path on the instance without spaces and without a slash at its end, such as /var/lib/mysql",
    "[A-Za-z_][A-Za-z0-9_.-]*": "the name of a user or database: letters, digits and ._-",
    "*/)?[a-z]{2}": "a Region's code, such as eu-west-1, or an account and a Region: vaults/eu-west-1",
    "*/[a-z]{2}": "an account and a Region, such as production/eu-west-1",
    "^subnet-": "the id of a subnet, such as subnet-0123456789abcdef0",
    "^sg-": "the id of a security group, such as sg-0123456789abcdef0",
    "._ -]*$": "the name of a DB subnet group: lower-case letters, digits, spaces and ._-, a letter first",
    "+=,.@_-]+$": "the name of an instance profile: up to 128 letters, digits and +=,.@-_",
    "[a-z][a-z0-9]*": "lower-case letters, digits and single hyphens, beginning with a letter: `web-servers`",
    ":secretsmanager:": "a secret of AWS Secrets Manager by its name or ARN: letters, digits and /_+=.@-",
    "[A-Za-z0-9_$-]+": "the name of a database: letters, digits and _$-",
    "[0-9]{12}": "the twelve digits of an account's id, in quotes",
    "+-[0-9]$": "a Region's code, such as eu-west-1",
    "+-[0-9][a-z]$": "an availability zone, such as eu-west-1a",
    "2[0-3]": 'a time of day from "00:00" to "23:59", in quotes',
    "(/[A-Za-z0-9_+-]+)*": "a time zone of the IANA database, such as Europe/Berlin",
    "+=,.@-]+$": "the name of an IAM role: up to 64 letters, digits and +=,.@-_",
    ".:/=+@-]+$": "the key of a tag: up to 128 letters, digits, spaces and .:/=+@-_",
    ".:/=+@-]*$": "the value of a tag: up to 256 letters, digits, spaces and .:/=+@-_",
    r"\+?[0-9]": 'a telephone number, in quotes: digits, spaces and ()./-, such as "+44 20 7946 0000"',
    "^https?": "an address of the web, such as https://pager.example.org/storage",
    r"[^\s\x00": "a name of one line",
    "_.:/-]+$": "the name or ARN of a document of Systems Manager: letters, digits and .:/-_",
    "[a-z0-9.-]*": "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    "_.-]+/": "a path without a slash at its ends: `backups/state`",
}

_TELLS_FORMS_APART = {"state": "backend", "vault_lock": "mode", "application": "type"}
"""Maps that have one of several forms, and the key whose value says which."""
_ADD = {
    "vault_lock.acknowledge": (
        "a lock in compliance mode cannot be undone once `changeable_for` is over; if that is meant, add "
        "`acknowledge: nobody-can-delete-or-shorten`"
    ),
    "air_gapped.acknowledge": (
        "nobody can delete what lies in an air-gapped vault, from the moment that it is made; if that is "
        "meant, add `acknowledge: nobody-can-delete-or-shorten`"
    ),
    "vault_lock.changeable_for": "add how long it can still be undone, 3d or longer: `changeable_for: 7d`",
}
"""What to say where a key of a map is missing whose value is no matter of course."""


def explain(detail: ErrorDetails, catalog: dict[str, Any]) -> Wrong:
    """One of pydantic's errors as a place, a message and a hint."""
    kind = detail["type"]
    location, about_key = _location(detail["loc"], catalog)
    if kind == "extra_forbidden":
        name = str(location[-1])
        known = _known_keys(location[:-1])
        if name in known:
            # Of the other form that the map can have: which one it has, the key that tells them apart says.
            hint = f"it goes with another `{_TELLS_FORMS_APART[str(location[-2])]}`"
        else:
            hint = suggest(name, known)
        return Wrong(location=location, message=f"unknown key `{name}`", hint=hint, about_key=True)
    if kind == "missing":
        name = str(location[-1])
        map_and_key = ".".join(str(part) for part in location[-2:])
        message, hint = f"the key `{name}` is missing", _ADD.get(map_and_key, f"add `{name}: …`")
        return Wrong(location=location[:-1], message=message, hint=hint, about_key=True)
    if kind == "union_tag_invalid":
        location = (*location, detail["ctx"]["discriminator"].strip("'"))
    words = _WORDS.get(kind)
    message, hint = words(detail["input"], detail.get("ctx", {})) if words else (detail["msg"], "")
    return Wrong(location=location, message=message, hint=hint, about_key=about_key)


def _pattern(given: Any, context: dict[str, Any]) -> tuple[str, str]:
    form = next((words for part, words in _FORMS.items() if part in context["pattern"]), context["pattern"])
    return f"`{given}` does not have the form that is needed here", f"write {form}"


def _no_text(given: Any, _context: dict[str, Any]) -> tuple[str, str]:
    hint = f'put it in quotes: "{given}"' if isinstance(given, int | float) else "write a text"
    return f"{_kind(given)} stands where a text is needed", hint


def _unknown_word(given: Any, context: dict[str, Any]) -> tuple[str, str]:
    expected = str(context.get("expected") or context["expected_tags"])
    words = re.findall(r"'([^']+)'", expected) or [expected]
    word = str(context.get("tag", given))
    return f"`{word}` is not known here", suggest(word, words)


def _no_map(given: Any, _context: dict[str, Any]) -> tuple[str, str]:
    return f"{_kind(given)} stands where a map is needed", "write lines of `key: value` below it"


def _no_list(given: Any, _context: dict[str, Any]) -> tuple[str, str]:
    hint = (
        "write lines that begin with `- ` below it"
        if isinstance(given, dict)
        else f"write it as a list: [{given}]"
    )
    return f"{_kind(given)} stands where a list is needed", hint


def _no(what: str, given: Any) -> str:
    plain = isinstance(given, str | int | float) and not isinstance(given, bool)
    return f"`{given}` is no {what}" if plain else f"{_kind(given)} stands where a {what} is needed"


def _length(given: Any, context: dict[str, Any]) -> tuple[str, str]:
    bound = (
        f"at most {context['max_length']}" if "max_length" in context else f"at least {context['min_length']}"
    )
    return f"`{given}` is {len(given)} long", f"{bound} characters are allowed"


def _no_form(_given: Any, context: dict[str, Any]) -> tuple[str, str]:
    key = context["discriminator"].strip("'")
    forms = {
        "backend": ("local", "s3"),
        "mode": ("governance", "compliance"),
        "type": ("filesystem", "mysql", "own", "postgresql"),
    }[key]
    *first, last = (f"`{key}: {form}`" for form in forms)
    return f"the key `{key}` is missing", f"add {', '.join(first)} or {last}"


_WORDS: dict[str, Callable[[Any, dict[str, Any]], tuple[str, str]]] = {
    "string_pattern_mismatch": _pattern,
    "string_type": _no_text,
    "literal_error": _unknown_word,
    "union_tag_invalid": _unknown_word,
    "model_type": _no_map,
    "model_attributes_type": _no_map,
    "dict_type": _no_map,
    "list_type": _no_list,
    "int_type": lambda given, _context: (_no("whole number", given), "write one without quotes"),
    "bool_type": lambda given, _context: (_no("truth value", given), "write true or false"),
    "greater_than_equal": lambda given, context: (
        f"`{given}` is too small",
        f"write {context['ge']} or more",
    ),
    "less_than_equal": lambda given, context: (
        f"`{given}` is too large",
        f"write {context['le']} or less",
    ),
    "too_short": lambda _given, _context: ("this is empty", "name at least one"),
    "string_too_short": _length,
    "string_too_long": _length,
    "duration": lambda given, _context: (
        _no("length of time", given),
        "write one such as 5m, 4h, 7d, 4w, 12mo or 2y",
    ),
    "schedule_day": lambda given, _context: (
        _no("day of a schedule", given),
        f"write {', '.join(WEEKDAYS)}, or 1 to 28",
    ),
    "version": lambda given, _context: (_no("version", given), "write `version: 1`"),
    "union_tag_not_found": _no_form,
}


def _location(raw: Location, catalog: dict[str, Any]) -> tuple[Location, bool]:
    """pydantic's location without the names of the union's branches that it puts between the keys."""
    about_key = bool(raw) and raw[-1] == "[key]"
    location: list[str | int] = []
    value: Any = catalog
    parts = raw[:-1] if about_key else raw
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if isinstance(value, dict) and (part in value or (last and not _is_branch(str(part)))):
            location.append(part)
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            location.append(part)
            value = value[part]
    return tuple(location), about_key


def _is_branch(part: str) -> bool:
    return part in {"local", "s3", "int", "str"} or part.startswith(("literal[", "constrained", "function-"))


def _known_keys(location: Location) -> list[str]:
    """The keys that the model at a location knows, found by following the annotations from `Catalog` down."""
    here: list[Any] = [Catalog]
    for part in location:
        here = [found for annotation in here for found in _below(annotation, str(part))]
    return sorted(
        {info.alias or name for candidate in _models(here) for name, info in candidate.model_fields.items()}
    )


def _below(annotation: Any, key: str) -> list[Any]:
    found: list[Any] = []
    for candidate in _models([annotation]):
        found += [
            info.annotation for name, info in candidate.model_fields.items() if key in (name, info.alias)
        ]
    if not found:
        found = [argument for argument in get_args(annotation) if _models([argument])]
    return found


def _models(annotations: list[Any]) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        elif dict not in (annotation, getattr(annotation, "__origin__", None)):
            found += _models(list(get_args(annotation)))
    return found


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value `{str(value).lower()}`"
    kinds: dict[type, str] = {
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a map",
    }
    return kinds[type(value)]
