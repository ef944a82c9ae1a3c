"""Protection: which resources no backup is made of, or more than one."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tierkeep.desired.model import DefaultPolicy, Engine, ResourceType
from tierkeep.desired.selecting import (
    Answer,
    Condition,
    Operator,
    ProtectionOfResource,
    ResourceSelection,
    read_resource,
    selects,
)
from tierkeep.validate import stored_checks
from tierkeep.validate.difference import Kind
from tierkeep.validate.findings import Resource as Named
from tierkeep.validate.forms import PlanForm, SelectionForm
from tierkeep.validate.stored.check import Fault, StoredCheck
from tierkeep.validate.stored.records import Record, RecoveryPoint, Snapshot
from tierkeep.validate.stored.scope import POLICY_ID_TAG
from tierkeep.validate.stored.streams import COPIES, OTHER_RESOURCES, POINTS, RESOURCES, SNAPSHOTS
from tierkeep.validate.stored.tracks import Track, worst_wait
from tierkeep.validate.stored.view import Known, Placed, View
from tierkeep.validate.unread import Unread

UNPROTECTED = StoredCheck(
    check=stored_checks.UNPROTECTED,
    needs=frozenset({RESOURCES, OTHER_RESOURCES}),
)
UNCLAIMED = StoredCheck(
    check=stored_checks.UNCLAIMED,
    needs=frozenset({RESOURCES}),
)
NEAR_MISS = StoredCheck(
    check=stored_checks.NEAR_MISS,
    needs=frozenset({RESOURCES}),
)
TWICE = StoredCheck(
    check=stored_checks.TWICE,
    needs=frozenset({RESOURCES, SNAPSHOTS}),
)
GONE = StoredCheck(
    check=stored_checks.GONE,
    needs=frozenset({RESOURCES, POINTS, SNAPSHOTS, COPIES}),
)
CHECKS = (UNPROTECTED, UNCLAIMED, NEAR_MISS, TWICE, GONE)

TEST_TAG = "awsbackup-restore-test"
"""What AWS's restore tests restore has a tag of this key, or, a table or bucket, a name that begins with it:
AWS Backup may delete only those again (AWS managed policy reference,
AWSServiceRolePolicyForBackupRestoreTesting)."""
DRILL_TAG = "tierkeep:drill"
EXPIRES_TAG = "tierkeep:expires"
"""What everything that a drill makes carries (docs/adr/0005), and until when it is needed."""


@dataclass(slots=True)
class Protection:
    """The family. Resources are judged when all of them are known."""

    view: View
    _volumes: dict[str, list[Known]] = field(default_factory=dict)
    """Those attached to each instance, by its ARN."""

    def see(self, record: Record, placed: Placed | None) -> None:
        """What single points show of protection."""
        if placed is None:
            return
        if isinstance(record, RecoveryPoint) and placed.owner is None and placed.track:
            self._gone(record.resource_arn, placed.track, self.view.age_minutes(record.created_at))
        if isinstance(record, Snapshot):
            if placed.owner is None and placed.track and not placed.track.copy:
                self._gone(record.volume_id, placed.track, self.view.age_minutes(record.started_at))
            self._foreign(record, placed)

    def _gone(self, what: str, track: Track, age: int) -> None:
        """Young points of what is not there. Copies count too: nothing else may be left of it."""
        wait = worst_wait(track.cover, track.holding.place if track.copy else None)
        missing = self.view.streams.hole(f"resources/{track.resource_type}") is None
        if wait is not None and age <= wait and missing:
            self.view.ledger.fault(
                Fault(
                    check=GONE,
                    resource=Named(type=track.resource_type, name=what.rsplit("/", 1)[-1], arn=what),
                    field="existence",
                    expected=f"backed up by {track.by}",
                    actual=None,
                    origin=track.origin,
                    kind=Kind.MISSING,
                ),
                alike=what,
            )

    def _foreign(self, record: Snapshot, placed: Placed) -> None:
        """Another policy of Data Lifecycle Manager that snapshots a volume of a tier."""
        policy, owner = record.tags.get(POLICY_ID_TAG), placed.owner
        unread = isinstance(self.view.observed.snapshot_policies, Unread)
        if policy is None or placed.ours or owner is None or unread or not self.view.tracks_for(owner):
            return
        # An older one may be what is left of a policy that has gone.
        if self.view.at - record.started_at <= timedelta(days=1):
            self._twice(owner, f"the snapshot policy {policy}, which is not the catalog's")

    def end(self) -> None:
        """Judge every resource."""
        for known in self.view.resources.values():
            if known.record.type is ResourceType.EBS and known.record.parent_arn:
                self._volumes.setdefault(known.record.parent_arn, []).append(known)
        for known in self.view.resources.values():
            record = known.record
            if isinstance(record.tags, Unread):
                for check in (UNPROTECTED, UNCLAIMED, NEAR_MISS, TWICE):
                    self.view.ledger.unknown(check, known.named, "tags", record.tags)
            elif known.protected:
                self._judge(known, known.protected)

    def _judge(self, known: Known, found: ProtectionOfResource) -> None:
        parent = self.view.parent(known)
        by_parent = parent is not None and parent.protection is not None
        answers = self.view.protectors(found)
        if not answers and not found.recovery:
            if not by_parent:
                self._unprotected(known, found)
        elif Answer.YES not in answers and not found.recovery:
            cause = Unread(
                service="backup",
                operation="selection",
                code="NotDocumented",
                message="AWS's documents do not settle whether its plan selects it",
            )
            self.view.ledger.unknown(UNPROTECTED, known.named, "selection", cause)
        if answers:
            self._once(known, found, parent if by_parent else None)

    def _unprotected(self, known: Known, found: ProtectionOfResource) -> None:
        tag = dict(found.resource.tags).get(self.view.state.tag_key)
        miss = next(iter(found.near_misses), None)
        if found.tier is not None:
            self._fault(
                UNPROTECTED,
                known,
                found.tier,
                miss.what if miss else "no plan selects it",
                miss.remedy if miss else None,
            )
            return
        if known.record.type not in {each.resource_type for each in self.view.unit.protections}:
            return
        if tag is not None or (miss and miss.what.startswith("its tag ")):
            self._fault(
                NEAR_MISS,
                known,
                self.view.state.tag_key,
                miss.what if miss else tag,
                miss.remedy if miss else None,
            )
        elif not any(isinstance(each.by, DefaultPolicy) for each in found.protectors):
            of_a_test = self._of_a_drill(known) or self._of_a_test(known)
            needs_none = _either(self._kept_by_volumes(known), of_a_test)
            if isinstance(needs_none, Unread):
                self.view.ledger.unknown(UNCLAIMED, known.named, "tags", needs_none)
            elif not needs_none:
                self._fault(UNCLAIMED, known, "a tier", None, miss.remedy if miss else None)

    def _kept_by_volumes(self, known: Known) -> bool | Unread:
        """Whether it is an instance all of whose volumes tiers protect by themselves."""
        volumes = self._volumes.get(known.record.arn, ())
        unread = [each.record.tags for each in volumes if isinstance(each.record.tags, Unread)]
        if not volumes or any(not each.protection for each in volumes if each.record.tags not in unread):
            return False
        return unread[0] if unread else True

    def _of_a_drill(self, known: Known) -> bool:
        """Whether `tierkeep drill` made it and its time is not over; after that it is left over."""
        tags = {} if isinstance(known.record.tags, Unread) else known.record.tags
        try:
            return DRILL_TAG in tags and datetime.fromisoformat(tags.get(EXPIRES_TAG, "")) > self.view.at
        except (TypeError, ValueError):
            return False  # No drill wrote that: a moment without its zone, or none.

    def _of_a_test(self, known: Known) -> bool | Unread:
        """Whether a restore test of AWS made it, or the instance or cluster that it belongs to."""
        parent = self.view.parent(known)
        return _either(_restored_by_test(known), _restored_by_test(parent) if parent else False)

    def _fault(
        self, check: StoredCheck, known: Known, expected: str, actual: str | None, remedy: str | None
    ) -> None:
        self.view.ledger.fault(
            Fault(
                check=check,
                resource=known.named,
                field=f"tags[{self.view.state.tag_key}]",
                expected=expected,
                actual=actual,
                origin=known.origin,
                remedy=remedy,
            )
        )

    def _once(self, known: Known, found: ProtectionOfResource, parent: Known | None) -> None:
        own = [
            each
            for each in found.protectors
            if each.unit == self.view.unit.id and not isinstance(each.by, DefaultPolicy)
        ]
        if len({(each.engine, each.by.tier) for each in own if not isinstance(each.by, DefaultPolicy)}) > 1:
            engines = {Engine.BACKUP: "AWS Backup", Engine.DLM: "Data Lifecycle Manager"}
            self._twice(
                known, " and ".join(sorted(f"{each.by.name} of {engines[each.engine]}" for each in own))
            )
        if parent and parent.protection and known.protection and known.record.type != parent.record.type:
            self._twice(known, f"the backups of {parent.record.called}, which it belongs to")
        plans = self.view.observed.plans
        if isinstance(plans, Unread):
            self.view.ledger.unknown(TWICE, None, "plans", plans)
            return
        desired = {each.name for each in self.view.unit.plans}
        for name, plan in plans.items():
            if name not in desired and _selects(plan, known):
                self._twice(known, f"the backup plan {name}, which is not the catalog's")

    def _twice(self, known: Known, other: str) -> None:
        self.view.ledger.fault(
            Fault(
                check=TWICE,
                resource=known.named,
                field=f"protection besides {other}",
                expected=f"tier {known.protection.tier}" if known.protection else "one plan or policy",
                actual=f"also {other}",
                origin=known.origin,
            ),
            alike=(known.record.arn, other),
        )


def _restored_by_test(known: Known) -> bool | Unread:
    record = known.record
    if record.name.startswith(f"{TEST_TAG}-"):
        return True
    return record.tags if isinstance(record.tags, Unread) else TEST_TAG in record.tags


def _either(one: bool | Unread, other: bool | Unread) -> bool | Unread:  # noqa: FBT001 - two answers
    """Whether one of them holds: where neither is known to, what could not be read."""
    if one is True or other is True:
        return True
    return one or other


def _selects(plan: PlanForm, known: Known) -> bool:
    """Whether an observed plan certainly selects a resource."""
    if isinstance(plan.selections, Unread) or isinstance(known.record.tags, Unread):
        return False
    resource = read_resource(known.record.arn, known.record.tags)
    return any(
        selects(_as_aws_reads(each), resource) is Answer.YES
        for each in plan.selections.values()
        if not isinstance(each, Unread)
    )


def _as_aws_reads(form: SelectionForm) -> ResourceSelection:
    other = {name: json.loads(value) for name, value in form.other_settings.items()}
    conditions = [
        Condition(operator=Operator.STRING_EQUALS, key=key, value=value)
        for key, value in form.string_equals.items()
    ]
    for operator in (Operator.STRING_NOT_EQUALS, Operator.STRING_LIKE, Operator.STRING_NOT_LIKE):
        conditions += [
            Condition(operator=operator, key=each["ConditionKey"], value=each["ConditionValue"])
            for each in other.get(operator.value, ())
        ]
    return ResourceSelection(
        resources=form.resources,
        not_resources=tuple(other.get("NotResources", ())),
        list_of_tags=tuple(
            (each["ConditionKey"], each["ConditionValue"]) for each in other.get("ListOfTags", ())
        ),
        conditions=tuple(conditions),
    )
