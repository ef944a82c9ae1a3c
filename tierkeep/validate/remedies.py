"""What to do about a finding, in one line."""

import re

from tierkeep.desired.model import UnitId
from tierkeep.validate import drift_checks
from tierkeep.validate.check import Check
from tierkeep.validate.difference import Difference, Kind
from tierkeep.validate.findings import Resource

_NOT_IN_STATE = r"|(selections|targets)\[[^\]]*\]"
"""What Terraform has no record of where somebody added it, so that a deployment leaves it where it is."""


def remedy(
    check: Check,
    resource: Resource,
    difference: Difference,
    *,
    unit: UnitId,
    origin: str,
    by_stack: bool = False,
) -> str:
    """What sets a difference right, with the command where there is one.

    `by_stack` says that a stack of CloudFormation holds the resource.
    """
    special = (
        _key_remedy(resource, difference, unit)
        if check is drift_checks.KEY
        else _remedy_by_hand(check, resource, difference, unit, origin)
    )
    if special is not None:
        return special
    if by_stack:
        return _remedy_of_stack(resource, difference, unit, origin)
    if difference.kind is Kind.UNEXPECTED and re.fullmatch(_NOT_IN_STATE, difference.path):
        return f"delete it if nobody needs it, or take it up in the catalog and deploy {unit} again"
    return f"deploy {unit} again, which puts it back; if it is meant to be so, write it into {origin}"


def _remedy_of_stack(resource: Resource, difference: Difference, unit: UnitId, origin: str) -> str:
    """A stack compares templates only, so that deploying again changes nothing (ADR 12)."""
    if not difference.path:
        other = (
            ". AWS has one default policy of each type: `aws dlm get-lifecycle-policies "
            f"--default-policy-type ALL --region {unit.region}` shows whether another is in its place, which "
            "has to go first"
        )
        by_default = getattr(difference.expected, "default", None) is not None
        return (
            f"`terraform apply -replace` the stack {resource.name} in {unit}: it takes its policy for alive"
            f"{other if by_default else ''}"
        )
    return (
        f"`aws dlm update-lifecycle-policy` puts it back, since the stack {resource.name} does not see it; "
        f"if it is meant to be so, write it into {origin} and deploy {unit} again"
    )


def _key_remedy(resource: Resource, difference: Difference, unit: UnitId) -> str | None:
    key = f"--key-id {resource.arn} --region {unit.region}"
    match difference.path, difference.actual:
        case "", None:
            return (
                "look for the key in `aws kms list-keys`: if it exists, `aws kms create-alias` gives its "
                f"alias back; if not, deploy {unit} again, which makes a new one"
            )
        case "state", "PendingDeletion":
            return f"`aws kms cancel-key-deletion {key}`, then `aws kms enable-key {key}`"
        case "state", "Disabled":
            return f"`aws kms enable-key {key}`"
    if difference.path.startswith("grants["):
        return (
            f"`aws kms list-grants {key}` gives its id, with who may retire it; `aws kms revoke-grant {key} "
            "--grant-id …` ends it at once: see first that nothing which has to go on lives by it"
        )
    return None


def _remedy_by_hand(
    check: Check, resource: Resource, difference: Difference, unit: UnitId, origin: str
) -> str | None:
    """What deploying again cannot set right."""
    if check is drift_checks.VAULT:
        return _vault_remedy(resource, difference, unit, origin)
    if check is drift_checks.ORGANIZATION:
        return _organization_remedy(resource, difference)
    path, actual = difference.path, difference.actual
    remedies = (
        (
            check is drift_checks.ROLE and path.startswith("policies[") and difference.expected is None,
            "take it away from the role: Terraform leaves a policy that it did not put there",
        ),
        (
            check is drift_checks.TABLE,
            (
                f"the state machine of its tier switches it on within an hour: where it fails in {unit}, its "
                "executions name the table and the error"
            ),
        ),
        (
            check is drift_checks.SNAPSHOT_POLICY and str(actual).startswith("ERROR"),
            "see to what the message says (mostly the policy's role or key); the policy then recovers",
        ),
        (
            check is drift_checks.SCRIPT_DOCUMENT and resource.type == "document",
            f"make, share or repair the document in {unit.region}, or name another in {origin}",
        ),
        (
            check is drift_checks.FRAMEWORK and path == "status",
            f"have AWS Config record, in {unit}, all types of resource that the controls are about",
        ),
        (
            check is drift_checks.EVENTS and path.endswith(".confirmed"),
            "its owner confirms the address by the link that AWS has sent; `aws sns subscribe` sends another",
        ),
        (
            check is drift_checks.OPT_IN,
            (
                f"`aws backup update-region-settings --region {unit.region} "
                f"--resource-type-opt-in-preference {resource.name}=true`, since Terraform does not see it"
            ),
        ),
    )
    return next((text for fits, text in remedies if fits), None)


def _organization_remedy(resource: Resource, difference: Difference) -> str | None:
    if resource.type == "setting of the organisation":
        return (
            "in the management account, `aws backup update-global-settings --global-settings "
            f"{resource.name}=true`, since Terraform does not see it"
        )
    if resource.type == "delegated administrator" and difference.kind is Kind.UNEXPECTED:
        return (
            "if nobody needs it, in the management account, `aws organizations "
            f"deregister-delegated-administrator --account-id {resource.name} --service-principal "
            "backup.amazonaws.com`"
        )
    return None


def _vault_remedy(resource: Resource, difference: Difference, unit: UnitId, origin: str) -> str | None:
    if difference.path == "air_gapped":
        return (
            f"a vault stays of its kind: once it is empty, delete it and deploy {unit} again, or give the "
            "tier another name in the catalog"
        )
    if difference.path == "key":
        return (
            "a vault's key never changes: give the tier a vault of another name in the catalog, "
            f"deploy {unit}, and keep the old vault until its points expire"
        )
    if difference.path.startswith("lock"):
        return _lock_remedy(resource, difference, unit, origin)
    return None


def _lock_remedy(resource: Resource, difference: Difference, unit: UnitId, origin: str) -> str:
    """Terraform reads a lock's range only, and refuses to replace one in compliance mode."""
    lift = (
        f"`aws backup delete-backup-vault-lock-configuration --region {unit.region} "
        f"--backup-vault-name {resource.name}`"
    )
    again = f"take the lock out of Terraform's state (`terraform state rm`) and deploy {unit} again"
    match difference.kind:
        case Kind.MISSING:
            return f"{again}: else Terraform may take it for there"
        case Kind.UNEXPECTED:
            return f"{lift} unless the lock is final; if it is meant to be so, write it into {origin}"
        case _:
            return (
                f"{lift}, {again}; AWS refuses where the lock is final, and {origin} has to say what it has"
            )
