"""Which resources a backup selection assigns to its plan.

From BackupSelection, ListOfTags and Conditions in the AWS Backup API reference, and "Assigning resources to a
backup plan" in the AWS Backup Developer Guide.  Of a tag that a resource does not have, StringNotEquals and
StringNotLike hold, as they do in IAM; the guide does not say.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from emulator.backup.inventory import Resource

Document = dict[str, Any]

_EVERYTHING = "*"


def assigned(
    document: Document, opt_in: dict[str, bool], resources: Iterable[Resource]
) -> Iterator[Resource]:
    """Those of ``resources`` that the selection assigns.  ``opt_in`` is by type of resource."""
    patterns, tags = document.get("Resources") or [], document.get("ListOfTags") or []
    named = [pattern for pattern in patterns if pattern != _EVERYTHING]
    anything = _EVERYTHING in patterns or not (patterns or tags)
    for resource in resources:
        # What is named by its ARN is included even if its type is not opted in to (UpdateRegionSettings).
        by_name = _matches_any(resource.arn, named)
        chosen = by_name or (opt_in.get(resource.type, False) and (anything or _has_any(resource.tags, tags)))
        if (
            chosen
            and _meets(resource.tags, document.get("Conditions") or {})
            and not _excluded(resource, document)
        ):
            yield resource


def _excluded(resource: Resource, document: Document) -> bool:
    return _matches_any(resource.arn, document.get("NotResources") or [])


def _has_any(tags: dict[str, str], wanted: list[Document]) -> bool:
    return any(tags.get(each["ConditionKey"]) == each["ConditionValue"] for each in wanted)


def _meets(tags: dict[str, str], conditions: dict[str, list[Document] | None]) -> bool:
    return all(
        _holds(
            operator, tags.get(each["ConditionKey"].removeprefix("aws:ResourceTag/")), each["ConditionValue"]
        )
        for operator, operands in conditions.items()
        for each in operands or []
    )


def _holds(operator: str, value: str | None, wanted: str) -> bool:
    equal = value is not None and (
        value == wanted if operator.endswith("Equals") else _pattern(wanted).fullmatch(value) is not None
    )
    return equal is not operator.startswith("StringNot")


def _matches_any(arn: str, patterns: list[str]) -> bool:
    return any(_pattern(pattern).fullmatch(arn) for pattern in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """``*`` stands for anything and ``?`` for any one character."""
    escaped = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)
