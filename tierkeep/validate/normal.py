"""AWS's defaults and spellings, taken to one normal form on both sides.

What AWS fills in must not show as drift (reference: "Drift that is not drift"; AWS Backup developer guide,
"Plan options and configuration"; botocore's models of `backup` and `dlm`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

DEFAULT_SCHEDULE = "cron(0 5 ? * * *)"
DEFAULT_TIME_ZONE = "Etc/UTC"
DEFAULT_START_WINDOW_MINUTES = 480
DEFAULT_COMPLETION_WINDOW_MINUTES = 7 * 24 * 60


def cron(expression: str | None) -> str:
    """A cron expression with single spaces; AWS Backup's default where there is none."""
    return " ".join((expression or DEFAULT_SCHEDULE).split())


def time_zone(name: str | None) -> str:
    """A time zone's name; AWS Backup's own name for UTC."""
    return DEFAULT_TIME_ZONE if name in {None, "", "UTC"} else str(name)


def days(number: int | None) -> int | None:
    """Days of a lifecycle; unset comes back absent, as 0, or as -1."""
    return number if number is not None and number > 0 else None


def keyed(items: Iterable[tuple[str, T]]) -> dict[str, T]:
    """A collection by name; a name that comes again gets a number, so that nothing is lost from sight."""
    collection: dict[str, T] = {}
    for name, item in items:
        free, number = name, 2
        while free in collection:
            free, number = f"{name}#{number}", number + 1
        collection[free] = item
    return collection


def tag_list(
    tags: Iterable[Mapping[str, str]] | None, *, key: str = "Key", value: str = "Value"
) -> dict[str, str]:
    """AWS's list of keys and values as a mapping."""
    return keyed((tag[key], tag.get(value, "")) for tag in tags or ())


def policy(document: Mapping[str, Any] | None) -> dict[str, str]:
    """A policy's statements by their ids, each as JSON in which the order of what it lists says nothing."""
    statements = document.get("Statement", []) if document else []
    listed = [statements] if isinstance(statements, Mapping) else statements
    return keyed(
        (str(each.get("Sid") or "without id"), json.dumps(_unordered(each), sort_keys=True))
        for each in listed
    )


def grants(listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Grants on a key by who holds them: the operations, and within which encryption context.

    KMS API reference, GrantListEntry: a service of AWS is named in a field of its own, or as a principal.
    """
    return keyed(
        (
            each.get("GranteeServicePrincipal") or each.get("GranteePrincipal") or "nobody named",
            ", ".join(sorted(each["Operations"])) + _constraints(each.get("Constraints")),
        )
        for each in listed
    )


def _constraints(constraints: Mapping[str, Any] | None) -> str:
    return f" where {json.dumps(constraints, sort_keys=True)}" if constraints else ""


def digest(document: str) -> str:
    """A document's fingerprint, the same however its JSON is written; where it is none, that of its text."""
    try:
        text = json.dumps(json.loads(document), sort_keys=True)
    except json.JSONDecodeError:
        text = document
    return f"SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"


def _unordered(value: Any) -> Any:
    """With single values and lists of one in one form: IAM takes them for the same."""
    if isinstance(value, Mapping):
        return {name: _unordered(member) for name, member in value.items() if name != "Sid"}
    if isinstance(value, list):
        members = sorted({json.dumps(_unordered(member), sort_keys=True) for member in value})
        plain = [json.loads(member) for member in members]
        return plain[0] if len(plain) == 1 else plain
    return value


def machine_definition(definition: str) -> dict[str, str]:
    """A definition of a state machine by its states, and what it says besides, each as JSON."""
    document = json.loads(definition)
    states = {f"States.{name}": state for name, state in document.pop("States").items()}
    return members({**document, **states})


def backup_policy(document: Mapping[str, Any]) -> dict[str, str]:
    """A backup policy of AWS Organizations by its plans, and what it says besides, each as JSON."""
    plans = {f"plans.{name}": plan for name, plan in document.get("plans", {}).items()}
    return members({**{name: each for name, each in document.items() if name != "plans"}, **plans})


def members(document: Mapping[str, Any]) -> dict[str, str]:
    """A document of JSON by its members, each as JSON."""
    return {name: json.dumps(value, sort_keys=True) for name, value in document.items()}


def json_text(text: str | None) -> str | None:
    """A document of JSON, the same however it is written; None where there is none."""
    return None if text is None else json.dumps(json.loads(text), sort_keys=True)


def dashboard(body: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The widgets of a dashboard's body by their titles, and what it says besides, each as JSON."""
    widgets = keyed(
        (str((each.get("properties") or {}).get("title", "")), json.dumps(each, sort_keys=True))
        for each in body.get("widgets", ())
    )
    return widgets, members({name: value for name, value in body.items() if name != "widgets"})


def other_settings(document: Mapping[str, Any], *known: str) -> dict[str, str]:
    """What a document of AWS sets beyond the `known` members, as JSON; what is empty or off is not set."""
    pruned = {name: _pruned(value) for name, value in document.items() if name not in known}
    return {name: json.dumps(value, sort_keys=True) for name, value in sorted(pruned.items()) if value}


def _pruned(value: Any) -> Any:
    if isinstance(value, Mapping):
        members = {name: _pruned(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member}
    if isinstance(value, list):
        return [member for member in map(_pruned, value) if member]
    return value
