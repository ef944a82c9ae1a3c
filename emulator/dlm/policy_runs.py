"""What lifecycle policies do when their schedules say so.

From "Automate backups with Amazon Data Lifecycle Manager" in the Amazon EBS User Guide, above all the
considerations under "Create custom policies for EBS snapshots" and "Modify lifecycle policies".  A run takes
place at the scheduled moment; DLM takes some of the hour that follows.  No instance is seen to reboot for an
image.  For event-based policies see :mod:`emulator.dlm.shared_snapshots`, for scripts
:mod:`emulator.dlm.scripts`.
"""

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from emulator import clock, eventbridge, metrics, schedule
from emulator.backup import timing
from emulator.dlm import ages, defaults, made, targets
from emulator.dlm.made import Made
from emulator.dlm.scripts import Scripts
from emulator.dlm.targets import Target

if TYPE_CHECKING:
    from emulator.dlm.models import DlmBackend, Policy

Details = dict[str, Any]

_UTC = ZoneInfo("Etc/UTC")

DEFAULT_SCHEDULE = "Default Schedule"
"""What the schedule of a default policy is called in tags."""


class PolicyRuns:
    """The runs of the policies of ``dlm``."""

    def __init__(self, dlm: "DlmBackend") -> None:
        self._dlm = dlm
        self._next: dict[tuple[str, str], clock.Entry] = {}
        # By policy, schedule and resource, oldest first.
        self._kept: dict[tuple[str, str, str], list[Made]] = defaultdict(list)
        self._archived: dict[tuple[str, str, str], list[Made]] = defaultdict(list)

    def enter(self, policy: "Policy") -> None:
        """Have an enabled policy's schedules run from now on, and no others of that policy."""
        for key in [key for key in self._next if key[0] == policy.id]:
            self._next.pop(key).cancel()
        if self._is_enabled(policy):
            for item in _schedules(policy):
                self._enter(policy, item)

    def _enter(self, policy: "Policy", item: Details) -> None:
        moment = schedule.parse(_expression(item["CreateRule"])).next_after(clock.now(), _UTC, clock.now())
        if moment is not None:
            run = partial(self._run, policy, item)
            self._next[policy.id, item["Name"]] = self._dlm.agenda.at(moment, run)

    def _is_enabled(self, policy: "Policy") -> bool:
        return policy.state == "ENABLED" and self._exists(policy)

    def _exists(self, policy: "Policy") -> bool:
        return self._dlm.policies.get(policy.id) is policy

    def _run(self, policy: "Policy", item: Details) -> None:
        self._enter(policy, item)
        ec2 = self._dlm.ec2(self._dlm.region_name)
        found = (
            targets.targets_by_default(ec2, policy.details, clock.now())
            if policy.default_policy
            else targets.targets(ec2, policy.details)
        )
        self.count(policy, ResourcesTargeted=len(found))
        for target in found:
            make = partial(self._make, policy, item, target)
            for script in item["CreateRule"].get("Scripts") or []:
                Scripts(self._dlm, script, target.id, make).begin()
            if not item["CreateRule"].get("Scripts"):
                make({})

    def _make(self, policy: "Policy", item: Details, target: Target, tags: dict[str, str]) -> Made | None:
        image = policy.details["PolicyType"] == "IMAGE_MANAGEMENT"
        done = made.make(self._dlm.ec2(self._dlm.region_name), target, policy.id, item, image=image)
        if done is None:
            return None
        made_here, parts = ("Images", 1) if image else ("Snapshots", len(done.snapshots))
        self.count(policy, **{f"{made_here}CreateStarted": parts, f"{made_here}CreateCompleted": parts})
        for key, value in tags.items():
            done.tag(key, value)
        self._keep(policy, item, done)
        self._follow_up(policy, item, done)
        return done

    def _keep(self, policy: "Policy", item: Details, done: Made) -> None:
        key = (policy.id, item["Name"], done.resource_id)
        kept, rule = self._kept[key], item["RetainRule"]
        kept.append(done)
        if rule.get("Count") is not None:
            while len(kept) > rule["Count"]:
                self._leave(policy, key, item, kept[0])
            return
        end = ages.later(done.moment, rule)
        done.tag(made.EXPIRATION, end.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self._dlm.agenda.at(end, partial(self._expire, policy, key, item, done))

    def _expire(self, policy: "Policy", key: tuple[str, str, str], item: Details, done: Made) -> None:
        """End the time of what an age-based schedule has made.

        Not while the policy is disabled or after it is deleted, nor when its schedule has another name now:
        then it is kept until somebody deletes it.  Of a resource that is gone, the last one is kept.  What a
        deleted policy was to archive is deleted.
        """
        if done not in self._kept[key]:
            return  # the schedule has come to count instead, and has counted it out
        if item.get("ArchiveRule") and not self._exists(policy):
            self._kept[key].remove(done)
            done.delete()
            return
        extended = policy.default_policy and policy.details["ExtendDeletion"]
        managed = self._is_enabled(policy) and key[1] in {each["Name"] for each in _schedules(policy)}
        last = len(self._kept[key]) == 1 and not targets.exists(done.backend, done.resource_id)
        if extended or (managed and not last):
            self._leave(policy, key, item, done)

    def _leave(self, policy: "Policy", key: tuple[str, str, str], item: Details, done: Made) -> None:
        """Delete or archive what has been kept long enough."""
        self._kept[key].remove(done)
        if not item.get("ArchiveRule"):
            done.delete()
            return
        done.archive()
        rule = item["ArchiveRule"]["RetainRule"]["RetentionArchiveTier"]
        archived = self._archived[key]
        archived.append(done)
        if rule.get("Count") is None:
            end = ages.later(clock.now(), rule)
            self._dlm.agenda.at(end, partial(self._delete_if_enabled, policy, done))
            return
        while len(archived) > rule["Count"]:
            archived.pop(0).delete()

    def _follow_up(self, policy: "Policy", item: Details, done: Made) -> None:
        if item.get("FastRestoreRule"):
            self._restore_fast(policy, item, done)
        if item.get("DeprecateRule"):
            self._deprecate(policy, item, done)
        for rule in item.get("ShareRules") or []:
            self._share(rule, done)
        rules = item.get("CrossRegionCopyRules") or []
        if rules:
            # A snapshot is copied when it is complete.
            complete = clock.now() + timing.job_time()
            self._dlm.agenda.at(complete, partial(self._copy, policy, rules, done))

    def _share(self, rule: Details, done: Made) -> None:
        done.share(rule["TargetAccounts"])
        end = ages.until_unshared(done.moment, rule)
        if end is not None:
            self._dlm.agenda.at(end, partial(done.unshare, rule["TargetAccounts"]))

    def _restore_fast(self, policy: "Policy", item: Details, done: Made) -> None:
        rule = item["FastRestoreRule"]
        done.restore_fast(rule)
        if rule.get("Count") is None:
            self._dlm.agenda.at(ages.later(done.moment, rule), partial(done.restore_slowly, rule))
            return
        kept = self._kept[policy.id, item["Name"], done.resource_id]
        for each in kept[: -rule["Count"]]:
            each.restore_slowly(rule)

    def _deprecate(self, policy: "Policy", item: Details, done: Made) -> None:
        """By age when it is made, so that another age is for new images only; by count the oldest, once there
        are as many as are kept ("Considerations for AMI lifecycle policies" in the Amazon EBS User Guide)."""
        rule = item["DeprecateRule"]
        if rule.get("Count") is None:
            done.deprecate(ages.later(done.moment, rule))
            return
        in_use = item["RetainRule"]["Count"] - rule["Count"]
        kept = self._kept[policy.id, item["Name"], done.resource_id]
        for each in kept[: max(0, len(kept) - in_use)]:
            each.deprecate(clock.now())

    def _copy(self, policy: "Policy", rules: list[Details], done: Made) -> None:
        for rule in rules:
            target = self._dlm.ec2(rule.get("Target") or rule["TargetRegion"])
            copies, parts = ("Images", 1) if done.image else ("Snapshots", len(done.snapshots))
            self.count(policy, **{f"{copies}CopiedRegionStarted": parts})
            try:
                copied = made.copy(done, target, rule, policy.role_arn)
            except made.KeyUnusableError as error:
                self.count(policy, **{f"{copies}CopiedRegionFailed": parts})
                self.fail(policy, str(error))
                return
            if rule.get("DeprecateRule"):
                copied.deprecate(ages.later(copied.moment, rule["DeprecateRule"]))
            self.count(policy, **{f"{copies}CopiedRegionCompleted": parts})
            kept = rule.get("RetainRule")
            if kept:
                end = ages.later(copied.moment, kept)
                self._dlm.agenda.at(end, partial(self._delete_if_enabled, policy, copied))

    def _delete_if_enabled(self, policy: "Policy", done: Made) -> None:
        """What is in another Region or in the archive, while the policy still manages it."""
        extended = policy.default_policy and policy.details["ExtendDeletion"]
        if extended or self._is_enabled(policy):
            done.delete()

    def count(self, policy: "Policy", **counts: int) -> None:
        """Count in CloudWatch what a policy does: "Monitor your policies using Amazon CloudWatch" in the
        guide."""
        dimensions = [{"DLMPolicyId": policy.id}]
        metrics.publish(self._dlm.account_id, self._dlm.region_name, "AWS/EBS", counts, dimensions)

    def fail(self, policy: "Policy", cause: str) -> None:
        """Bring a policy into the error state, in which it does nothing until it is enabled again."""
        policy.state = "ERROR"
        policy.status_message = cause
        self.enter(policy)
        account, region = self._dlm.account_id, self._dlm.region_name
        if eventbridge.listened_to(account, region):
            detail = {"state": "ERROR", "cause": cause, "policy_id": policy.arn}
            eventbridge.put(account, region, "aws.dlm", "DLM Policy State Change", [policy.arn], detail)


def _schedules(policy: "Policy") -> list[Details]:
    """The policy's schedules; a default policy's details are as good as one that runs each day."""
    details = policy.details
    if not policy.default_policy:
        schedules: list[Details] = details.get("Schedules") or []
        return schedules
    kept = {"Interval": details["RetainInterval"], "IntervalUnit": "DAYS"}
    return [
        {
            "Name": DEFAULT_SCHEDULE,
            "CopyTags": details["CopyTags"],
            "CreateRule": {"Interval": 24, "Times": [defaults.TIME]},
            "RetainRule": kept,
            "CrossRegionCopyRules": [
                # "You can't copy tags to cross-Region copies" (EBS User Guide, default vs custom policies).
                {"TargetRegion": each["TargetRegion"], "CopyTags": False, "RetainRule": kept}
                for each in details.get("CrossRegionCopyTargets") or []
            ],
        }
    ]


def _expression(rule: Details) -> str:
    return str(rule.get("CronExpression") or schedule.starting_at(rule["Times"][0], rule["Interval"]))
