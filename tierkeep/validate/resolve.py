"""Takes what AWS answers to the terms of the desired state: keys by alias, and no grants of AWS's own."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from tierkeep.validate.expected import AWS_MANAGED_ALIAS
from tierkeep.validate.forms import (
    AWS_OWNED,
    CopyRuleForm,
    KeyForm,
    PolicyForm,
    QueueForm,
    ScheduleForm,
    SharingForm,
    TableForm,
    TopicForm,
    VaultForm,
)
from tierkeep.validate.observed import Aliases, ObservedUnit
from tierkeep.validate.unread import Unread

F = TypeVar("F", VaultForm, CopyRuleForm, TopicForm, QueueForm)


_BY_ITSELF = re.compile(
    r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?|AWS Internal"
    r"|arn:[a-z-]+:sts::(?P<session>\d{12}):assumed-role/aws:[^/]+/.+"
    r"|arn:[a-z-]+:iam::(?P<linked>\d{12}):role/aws-service-role/.+"
)
"""Who holds grants as AWS encrypts and decrypts for an account: services, their infrastructure within it,
whose names no role of a user's can have, and roles that are linked to services.

KMS developer guide, "Examining grants"; IAM API reference, CreateRole, RoleName.
"""


def resolved_keys(
    expected: Mapping[str, KeyForm], observed: ObservedUnit
) -> Mapping[str, KeyForm | Unread] | Unread:
    """The observed keys without the grants by which AWS works for their users: those come and go."""
    if isinstance(observed.keys, Unread):
        return observed.keys
    return {
        alias: key
        if isinstance(key, Unread) or isinstance(key.grants, Unread) or alias not in expected
        else replace(key, grants=_by_hand(key.grants, expected[alias].users))
        for alias, key in observed.keys.items()
    }


def _by_hand(grants: Mapping[str, str], users: tuple[str, ...]) -> dict[str, str]:
    return {holder: what for holder, what in grants.items() if not _works_for(holder, users)}


def _works_for(holder: str, users: tuple[str, ...]) -> bool:
    found = _BY_ITSELF.fullmatch(holder.partition("#")[0])
    account = found and (found["session"] or found["linked"])
    return found is not None and (account is None or account in users)


def resolved_vaults(
    expected: Mapping[str, VaultForm], observed: ObservedUnit
) -> Mapping[str, VaultForm] | Unread:
    """The observed vaults with the aliases of their keys."""
    if isinstance(observed.vaults, Unread):
        return observed.vaults
    return {
        name: _resolved(expected[name], vault, observed.aliases) if name in expected else vault
        for name, vault in observed.vaults.items()
    }


def resolved_topics(
    expected: Mapping[str, TopicForm], observed: ObservedUnit
) -> Mapping[str, TopicForm | Unread] | Unread:
    """The observed topics, the same."""
    return _with_aliases(expected, observed.topics, observed.aliases)


def resolved_queues(
    expected: Mapping[str, QueueForm], observed: ObservedUnit
) -> Mapping[str, QueueForm | Unread] | Unread:
    """The observed queues, the same."""
    return _with_aliases(expected, observed.queues, observed.aliases)


def _with_aliases(
    expected: Mapping[str, F], found: Mapping[str, F | Unread] | Unread, aliases: Aliases | Unread
) -> Mapping[str, F | Unread] | Unread:
    if isinstance(found, Unread):
        return found
    return {
        name: each
        if isinstance(each, Unread) or name not in expected
        else _resolved(expected[name], each, aliases)
        for name, each in found.items()
    }


def resolved_tables(
    expected: Mapping[str, TableForm], observed: ObservedUnit
) -> Mapping[str, TableForm] | Unread:
    """The observed tables, with no more than the expected period: what reaches back further is as good."""
    if isinstance(observed.tables, Unread):
        return observed.tables
    return {name: _at_least(expected[name], table) for name, table in observed.tables.items()}


def _at_least(expected: TableForm, actual: TableForm) -> TableForm:
    wanted, found = expected.recovery_period_days, actual.recovery_period_days
    if isinstance(wanted, int) and isinstance(found, int) and found > wanted:
        return replace(actual, recovery_period_days=wanted)
    return actual


def resolved_policies(
    expected: Mapping[str, PolicyForm], observed: ObservedUnit
) -> Mapping[str, PolicyForm | Unread] | Unread:
    """The observed snapshot policies with the aliases, in the target Regions, of their copies' keys."""
    if isinstance(observed.snapshot_policies, Unread):
        return observed.snapshot_policies
    return {
        name: (
            policy
            if isinstance(policy, Unread) or name not in expected
            else _resolved_policy(expected[name], policy, observed)
        )
        for name, policy in observed.snapshot_policies.items()
    }


def _resolved_policy(expected: PolicyForm, policy: PolicyForm, observed: ObservedUnit) -> PolicyForm:
    schedules = {
        name: (
            replace(schedule, copies=_resolved_copies(expected.schedules[name], schedule, observed))
            if name in expected.schedules
            else schedule
        )
        for name, schedule in policy.schedules.items()
    }
    sharing = policy.sharing
    if sharing and expected.sharing:
        sharing = replace(sharing, copies=_resolved_copies(expected.sharing, sharing, observed))
    return replace(policy, schedules=schedules, sharing=sharing)


def _resolved_copies(
    expected: ScheduleForm | SharingForm, actual: ScheduleForm | SharingForm, observed: ObservedUnit
) -> Mapping[str, CopyRuleForm]:
    return {
        region: (
            _resolved(expected.copies[region], copy, observed.copy_region_aliases[region])
            if region in expected.copies
            else copy
        )
        for region, copy in actual.copies.items()
    }


def _resolved(expected: F, actual: F, aliases: Aliases | Unread) -> F:
    return replace(actual, key=_alias(expected.key, actual.key, aliases))


def _alias(
    wanted: str | Unread | None, arn: str | Unread | None, aliases: Aliases | Unread
) -> str | Unread | None:
    """The name by which a key is reported: the wanted alias if it points there, else any, else the ARN.

    Where the wanted alias does not exist, the missing key is a finding of its own, and nothing follows.
    """
    if AWS_OWNED in {wanted, arn}:
        # It has no alias, and none that is missing explains another key.
        return arn if arn == AWS_OWNED or isinstance(aliases, Unread) else _any_alias(arn, aliases)
    if isinstance(aliases, Unread):
        return aliases
    if isinstance(wanted, str) and wanted not in aliases and wanted != AWS_MANAGED_ALIAS:
        return wanted
    if isinstance(wanted, str) and aliases.get(wanted) == arn:
        return wanted
    return _any_alias(arn, aliases)


def _any_alias(arn: str | Unread | None, aliases: Aliases) -> str | Unread | None:
    return min((alias for alias, target in aliases.items() if target == arn), default=arn)
