"""What event-based policies do when a snapshot is shared with their account: they copy it.

From "Automate cross-account snapshot copies with Data Lifecycle Manager" in the Amazon EBS User Guide, and
EventSource, EventParameters and CrossRegionCopyAction in the Amazon DLM API reference.
"""

import re
from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from emulator import clock
from emulator.dlm import ages, made
from emulator.dlm.made import Made

if TYPE_CHECKING:
    from emulator.dlm.models import DlmBackend, Policy

Details = dict[str, Any]


def install() -> None:
    """Have moto's EC2 tell the accounts that a snapshot is shared with."""
    from moto.ec2.models.elastic_block_store import EBSBackend

    store: Any = EBSBackend
    store.add_create_volume_permission = _telling(store.add_create_volume_permission)


def _telling(share: Callable[..., None]) -> Callable[..., None]:
    @wraps(share)
    def add_create_volume_permission(
        self: Any, snapshot_id: str, user_ids: list[str], groups: list[str]
    ) -> None:
        from emulator.dlm.models import dlm_backends

        share(self, snapshot_id, user_ids, groups)
        for account in user_ids or []:
            _copy(dlm_backends[account][self.region_name], self.snapshots[snapshot_id])

    return add_create_volume_permission


def _copy(dlm: "DlmBackend", snapshot: Any) -> None:
    for policy in list(dlm.policies.values()):
        if policy.state == "ENABLED" and _waits_for(policy.details, snapshot):
            for action in policy.details["Actions"]:
                for rule in action["CrossRegionCopy"]:
                    _copy_as(dlm, policy, rule, snapshot)


def _waits_for(details: Details, snapshot: Any) -> bool:
    if details["PolicyType"] != "EVENT_BASED_POLICY":
        return False
    wanted = details["EventSource"].get("Parameters") or {}
    return (
        wanted.get("EventType") == "shareSnapshot"
        and snapshot.owner_id in wanted["SnapshotOwner"]
        and re.fullmatch(wanted["DescriptionRegex"], snapshot.description or "") is not None
    )


def _copy_as(dlm: "DlmBackend", policy: "Policy", rule: Details, snapshot: Any) -> None:
    shared = Made(snapshot.ec2_backend, snapshot.volume.id, clock.now(), [snapshot.id])
    dlm.count(policy, SnapshotsCopiedAccountStarted=1)
    try:
        copied = made.copy(shared, dlm.ec2(rule["Target"]), rule["EncryptionConfiguration"], policy.role_arn)
    except made.KeyUnusableError as error:
        dlm.count(policy, SnapshotsCopiedAccountFailed=1)
        dlm.fail(policy, str(error))
        return
    dlm.count(policy, SnapshotsCopiedAccountCompleted=1)
    copied.tag(made.MANAGED, "true")
    copied.tag(made.POLICY_ID, policy.id)
    if rule.get("RetainRule"):
        end = ages.later(copied.moment, rule["RetainRule"])
        dlm.agenda.at(end, partial(_delete, dlm, policy, copied))


def _delete(dlm: "DlmBackend", policy: "Policy", copied: Made) -> None:
    if policy.state == "ENABLED" and dlm.policies.get(policy.id) is policy:
        copied.delete()
