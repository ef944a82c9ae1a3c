"""Reads what the management account of an organisation holds for all of its accounts."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import (
    BACKUP_POLICY,
    SERVICE_CONTROL_POLICY,
    AdministratorForm,
    GlobalSettingForm,
    OrganizationPolicyForm,
    TagMap,
)
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt

_SERVICE = "backup.amazonaws.com"

_CONTENT: dict[str, Callable[[dict[str, Any]], TagMap]] = {
    BACKUP_POLICY: normal.backup_policy,
    SERVICE_CONTROL_POLICY: normal.policy,
}
"""The types of policy that are read, each with what parts its content is compared in."""


def read_global_settings(session: UnitSession, scope: Scope) -> Mapping[str, GlobalSettingForm]:
    """The settings of the scope. Raises `AwsError`."""
    if not scope.global_settings:
        return {}
    settings = session.call("backup", "describe_global_settings")["GlobalSettings"]
    return {
        name: GlobalSettingForm(value=value)
        for name, value in settings.items()
        if name in scope.global_settings
    }


def read_administrators(session: UnitSession, scope: Scope) -> Mapping[str, AdministratorForm]:
    """All delegated administrators of AWS Backup, where the scope has one. Raises `AwsError`."""
    if not scope.has_administrator:
        return {}
    listed = session.pages(
        "organizations", "list_delegated_administrators", "DelegatedAdministrators", ServicePrincipal=_SERVICE
    )
    return {
        # `Status` is the former name, which AWS takes away.
        each["Id"]: AdministratorForm(state=each.get("State") or each["Status"], arn=each.get("Arn"))
        for each in listed
    }


def read_organization_policies(
    session: UnitSession, scope: Scope
) -> Mapping[str, OrganizationPolicyForm | Unread]:
    """The policies of the scope, and others that carry the catalog's tag or may do so, by name. Raises
    `AwsError`."""
    found: list[tuple[str, OrganizationPolicyForm | Unread]] = []
    for kind in _CONTENT if scope.manages else ():
        for policy in list(session.pages("organizations", "list_policies", "Policies", Filter=kind)):
            name = policy["Name"]
            if name in scope.organization_policies or scope.may_own(name):
                tags = attempt(_tags, session, policy["Id"])
                if scope.takes_in(tags, named=name in scope.organization_policies):
                    found.append((name, attempt(_read_policy, session, policy, tags)))
    return normal.keyed(found)


def _read_policy(
    session: UnitSession, summary: Mapping[str, Any], tags: TagMap | Unread
) -> OrganizationPolicyForm:
    policy = session.call("organizations", "describe_policy", PolicyId=summary["Id"])["Policy"]
    return OrganizationPolicyForm(
        type=summary["Type"],
        description=summary.get("Description") or "",
        content=_CONTENT[summary["Type"]](json.loads(policy["Content"])),
        targets=attempt(_targets, session, summary["Id"]),
        tags=tags,
        arn=summary["Arn"],
    )


def _targets(session: UnitSession, policy: str) -> TagMap:
    targets = session.pages("organizations", "list_targets_for_policy", "Targets", PolicyId=policy)
    return {each["TargetId"]: "attached" for each in targets}


def _tags(session: UnitSession, policy: str) -> TagMap:
    return normal.tag_list(
        session.pages("organizations", "list_tags_for_resource", "Tags", ResourceId=policy)
    )
