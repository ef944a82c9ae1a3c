"""The stages of a drill of an EBS volume: one list, which the runner runs and the plan explains.

A stage names the calls that it makes and the changes (`effects`) that it announces in the journal; the tests
kill a drill at each stage's edges and around each effect, and take both from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tierkeep.aws import AwsError
from tierkeep.drill import evidence
from tierkeep.drill.checks import Observed, Read, judge
from tierkeep.drill.cleanup import confirm_gone, current, put_tags, tear_down
from tierkeep.drill.ebs import Choice, choose, describe_job, describe_key, read_volume, snapshot_size_gib
from tierkeep.drill.effects import Limits
from tierkeep.drill.errors import RestoreFailedError
from tierkeep.drill.guard import DRILL_TAG
from tierkeep.drill.locks import exclusive
from tierkeep.drill.measure import duration
from tierkeep.drill.record import DELETE_VOLUME, START_RESTORE, TAG_VOLUME
from tierkeep.drill.run import Run
from tierkeep.drill.scope import Scope

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One step of a drill."""

    name: str
    title: str
    calls: tuple[str, ...]
    """The API calls that it makes, as `service:Operation`."""
    explain: Callable[[Scope, Choice, Limits], str]
    """What it would do, for `tierkeep drill plan`."""
    act: Callable[[Run], None]
    effects: tuple[str, ...] = ()
    """What it changes in AWS, each announced in the journal first."""
    cleans_up: bool = False
    """It runs whatever happened before it."""


def _choose(run: Run) -> None:
    choice = choose(run.hands.session, run.scope)
    locks = run.hands.journal.path.parent / "locks"
    run.held.enter_context(exclusive(locks, resource_arn=choice.point.resource_arn, drill_id=run.drill_id))
    run.choice = choice
    run.hands.journal.append(
        "chosen",
        recovery_point_arn=choice.point.arn,
        source_arn=choice.point.resource_arn,
        source_volume_id=choice.point.source_volume_id,
    )
    run.hands.say(f"chose {choice.point.arn} of {choice.point.created.isoformat()}")


def _explain_choose(scope: Scope, choice: Choice, _limits: Limits) -> str:
    return (
        f"the newest of {choice.out_of} completed in vault {scope.vault_name}: {choice.point.arn}, "
        f"made {choice.point.created.isoformat()} of {choice.point.resource_arn}"
    )


def _restore(run: Run) -> None:
    choice = run.chosen()
    request = choice.request(role_arn=run.scope.restore_role_arn, token=run.drill_id)
    run.requested = run.hands.waiter.clock.monotonic()
    run.requested_at = run.hands.waiter.clock.now()
    job_id = run.hands.start_restore(request)
    run.hands.say(f"restore job {job_id} started")


def _explain_restore(scope: Scope, choice: Choice, _limits: Limits) -> str:
    metadata = ", ".join(f"{key}={value}" for key, value in choice.metadata)
    return f"into a new volume in {choice.availability_zone}, as {scope.restore_role_arn}, with {metadata}"


def _tag(run: Run) -> None:
    record = current(run.hands)
    volume_id = _created_volume(run, str(record.job_id))
    run.hands.journal.append("created", job_id=record.job_id, volume_id=volume_id)
    run.volume_id = volume_id
    run.hands.waiter.until(
        lambda: read_volume(run.hands.session, volume_id),
        lambda volume: volume is not None,
        timeout_seconds=min(run.seconds_left(), run.hands.limits.visible),
        what=f"volume {volume_id} visible",
    )
    put_tags(run.hands, record, volume_id)
    run.hands.say(f"tagged {volume_id}")


def _created_volume(run: Run, job_id: str) -> str:
    run.job = run.hands.waiter.until(
        lambda: describe_job(run.hands.session, job_id),
        lambda job: job.volume_id is not None or job.ended,
        timeout_seconds=run.seconds_left(),
        what=f"restore job {job_id} names its volume",
        waiting=lambda job: run.hands.say(f"restore job {job_id} is {job.status}, {job.percent_done}"),
    )
    if run.job.volume_id is None:
        raise RestoreFailedError(
            f"restore job {job_id} ended as {run.job.status}: {run.job.message or 'no reason'}"
        )
    return run.job.volume_id


def _explain_tag(_scope: Scope, _choice: Choice, _limits: Limits) -> str:
    return f"as soon as the restore job names it: {DRILL_TAG} with the drill's id, its expiry, the catalog"


def _wait(run: Run) -> None:
    job_id, volume_id = str(current(run.hands).job_id), str(run.volume_id)
    run.job = run.hands.waiter.until(
        lambda: describe_job(run.hands.session, job_id),
        lambda job: job.ended,
        timeout_seconds=run.seconds_left(),
        what=f"restore job {job_id} ended",
        waiting=lambda job: run.hands.say(f"restore job {job_id} is {job.status}, {job.percent_done}"),
    )
    if run.job.failed:
        raise RestoreFailedError(
            f"restore job {job_id} ended as {run.job.status}: {run.job.message or 'no reason'}"
        )
    run.hands.waiter.until(
        lambda: read_volume(run.hands.session, volume_id),
        lambda volume: volume is None or volume.state != "creating",
        timeout_seconds=run.seconds_left(),
        what=f"volume {volume_id} created",
    )


def _explain_wait(_scope: Scope, _choice: Choice, limits: Limits) -> str:
    longest = duration(limits.restore)
    return f"until the restore job has completed and the volume is no longer being created, {longest} at most"


def _check(run: Run) -> None:
    choice, session, volume_id = run.chosen(), run.hands.session, str(run.volume_id)
    key_arn = choice.point.key_arn if choice.point.encrypted else None
    observed = Observed(
        volume=_attempt(lambda: read_volume(session, volume_id)),
        snapshot_size_gib=_attempt(lambda: snapshot_size_gib(session, choice.point.snapshot_id)),
        key=None if key_arn is None else _attempt(lambda: describe_key(session, key_arn)),
    )
    run.checks = judge(choice, observed, customer_managed_key=run.scope.customer_managed_key)
    run.checked = run.hands.waiter.clock.monotonic()
    run.checked_at = run.hands.waiter.clock.now()


def _attempt(read: Callable[[], T]) -> Read[T]:
    try:
        return read()
    except AwsError as error:
        return error


def _explain_check(scope: Scope, choice: Choice, _limits: Limits) -> str:
    key = f"key {choice.point.key_arn}" if choice.point.encrypted else "no key of the recovery point"
    managed = "; the key is customer-managed and enabled" if scope.customer_managed_key else ""
    encrypted = "encrypted" if choice.encrypted else "not encrypted"
    return (
        f"available, attached to nothing, size as in {choice.point.snapshot_id}, {encrypted}, {key}{managed}"
    )


def _explain_evidence(_scope: Scope, _choice: Choice, _limits: Limits) -> str:
    return "RTO and RPO against their objectives; written before the teardown and again after it"


def _tear_down(run: Run) -> None:
    tear_down(run.hands)


def _explain_tear_down(_scope: Scope, _choice: Choice, _limits: Limits) -> str:
    return (
        "only if it is the journal's, still carries the drill's tag, and is available and attached to nothing"
    )


def _confirm(run: Run) -> None:
    run.removal = confirm_gone(run.hands)


def _explain_confirm(_scope: Scope, _choice: Choice, limits: Limits) -> str:
    return f"until EC2 no longer knows the volume, {duration(limits.gone)} at most"


STAGES: tuple[Stage, ...] = (
    Stage(
        name="choose",
        title="Choose a recovery point",
        calls=(
            "backup:ListRecoveryPointsByBackupVault",
            "backup:GetRecoveryPointRestoreMetadata",
            "ec2:DescribeAvailabilityZones",
            "ec2:GetEbsEncryptionByDefault",
        ),
        explain=_explain_choose,
        act=_choose,
    ),
    Stage(
        name="restore",
        title="Ask for the restore",
        calls=("backup:StartRestoreJob",),
        explain=_explain_restore,
        act=_restore,
        effects=(START_RESTORE,),
    ),
    Stage(
        name="tag",
        title="Await the volume, tag it",
        calls=("backup:DescribeRestoreJob", "ec2:DescribeVolumes", "ec2:CreateTags"),
        explain=_explain_tag,
        act=_tag,
        effects=(TAG_VOLUME,),
    ),
    Stage(
        name="wait",
        title="Wait until it is ready",
        calls=("backup:DescribeRestoreJob", "ec2:DescribeVolumes"),
        explain=_explain_wait,
        act=_wait,
    ),
    Stage(
        name="check",
        title="Check the volume",
        calls=("ec2:DescribeVolumes", "ec2:DescribeSnapshots", "kms:DescribeKey"),
        explain=_explain_check,
        act=_check,
    ),
    Stage(
        name="evidence",
        title="Write the evidence",
        calls=(),
        explain=_explain_evidence,
        act=evidence.write_interim,
    ),
    Stage(
        name="tear-down",
        title="Delete the volume",
        calls=("ec2:DescribeVolumes", "ec2:DeleteVolume"),
        explain=_explain_tear_down,
        act=_tear_down,
        effects=(DELETE_VOLUME,),
        cleans_up=True,
    ),
    Stage(
        name="confirm",
        title="Confirm that it is gone",
        calls=("ec2:DescribeVolumes",),
        explain=_explain_confirm,
        act=_confirm,
        cleans_up=True,
    ),
)
"""What a drill does, in order."""
