"""Rules of names and tags, judged on the names that are computed from the catalog's keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tierkeep.desired.model import DesiredState, Origin
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import backup_policies, policies

_NAME = re.compile(r"[a-zA-Z0-9\-_.]{1,50}")
_VAULT = re.compile(r"[a-zA-Z0-9\-_]{2,50}")
_DLM_TEXT = re.compile(r"[0-9A-Za-z _-]{1,500}")


@rule(
    "TK007",
    title="Plans, rules, selections and vaults have names that AWS Backup takes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, backup BackupRuleName, BackupSelectionName, BackupVaultName; read 2026-11",
)
def names(state: DesiredState) -> Iterator[Violation]:
    """Names are computed: the catalog's `name`, the tier's key and a word such as `copies` or `continuous`,
    with hyphens between. AWS Backup takes letters, digits and hyphens, 50 characters at most.

    Breaks it: a catalog's name of 16 and a tier's key of 24 characters with `point_in_time_recovery`
    Keeps it: the same with a tier's key of 22 characters
    """
    for what, name, origin in _names(state):
        if not (_VAULT if what == "vault" else _NAME).fullmatch(name):
            yield Violation(
                origin=origin,
                message=f"the {what} would be called `{name}`: {len(name)} characters; AWS Backup takes 50",
                hint="shorten the catalog's `name` or the tier's key",
            )


def _names(state: DesiredState) -> Iterator[tuple[str, str, Origin]]:
    for unit in state.units:
        for vault in unit.vaults:
            yield "vault", vault.name, vault.origin
        for plan in unit.plans:
            yield "backup plan", plan.name, plan.origin
            for each in plan.rules:
                yield "backup rule", each.name, each.origin
            for selection in plan.selections:
                yield "selection", selection.name, plan.origin


@rule(
    "TK031",
    title="A snapshot policy has a description that Data Lifecycle Manager takes",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm PolicyDescription; read 2026-11",
    guards_generator=True,
)
def descriptions(state: DesiredState) -> Iterator[Violation]:
    """Letters, digits, spaces, hyphens and underscores, 1 to 500: what Tierkeep computes from the catalog's
    name and the tier's key is held to it here.

    Breaks it: a description with a colon
    Keeps it: `campus tier critical volumes`
    """
    for policy in policies(state):
        if not _DLM_TEXT.fullmatch(policy.description):
            yield Violation(
                origin=policy.origin,
                message=f"Data Lifecycle Manager does not take the description `{policy.description}`",
                hint="use letters, digits, spaces, hyphens and underscores, 500 at most",
            )


@rule(
    "TK046",
    title="The tier tag does not begin with `aws:`",
    severity=Severity.ERROR,
    source="AWS General Reference, tag naming limits and requirements; read 2026-11",
)
def reserved_tags(state: DesiredState) -> Iterator[Violation]:
    """Keys with that prefix, in whatever case, are AWS's own: nobody could give a resource such a tag, and no
    resource would ever belong to a tier.

    Breaks it: `tier_tag: aws:backup-tier`
    Keeps it: `tier_tag: backup-tier`
    """
    tags: list[tuple[str, Origin]] = [(state.tag_key, ("defaults", "tier_tag"))]
    for policy in backup_policies(state):
        selected = {
            key for each in policy.plans for found in each.plan.selections for key, _ in found.required_tags
        }
        tags += [(key, (*policy.origin, "tag")) for key in sorted(selected - {state.tag_key})]
    for key, origin in tags:
        if key.lower().startswith("aws:"):
            yield Violation(
                origin=origin,
                message=f"no resource can have the tag `{key}`: AWS keeps the prefix `aws:` for itself",
                hint="write another, such as backup-tier",
            )
