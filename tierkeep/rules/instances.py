"""Rules of snapshots of instances: the scripts around them, and the volumes that they leave out."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import BackupPlan, DesiredState, Scripts, SnapshotPolicy
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import policies, snapshot_schedules

_SCRIPT = "botocore 1.44.5, dlm Script; read 2026-11"
_CONSISTENT = "EBS user guide, automate-app-consistent-backups, script-flow; read 2026-11"
_BACKUP_VSS = "AWS Backup developer guide, windows-backups; read 2026-11"


_ON_THE_HOST = {
    "filesystem": "bash and util-linux on its instances",
    "mysql": "bash, util-linux and a client that logs in without being asked on its instances",
    "own": "bash, util-linux and what the team's own scripts call on its instances",
    "postgresql": "bash and a psql that logs in without being asked on its instances",
}
"""What scripts for an application need, and Systems Manager to manage the instances."""


def _scripts(state: DesiredState) -> Iterator[tuple[SnapshotPolicy, Scripts]]:
    for policy, schedule in snapshot_schedules(state):
        if schedule.scripts:
            yield policy, schedule.scripts


@rule(
    "TK071",
    title="A script takes 10 to 120 seconds",
    severity=Severity.ERROR,
    source=_SCRIPT,
)
def script_timeout(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses any other time-out. It holds for the script before the snapshot and for
    the one after it, each by itself.

    Breaks it: `application_consistency: { scripts: pre-and-post, document: quiesce, timeout_seconds: 121 }`
    Keeps it: `application_consistency: { scripts: pre-and-post, document: quiesce, timeout_seconds: 120 }`
    """
    for _, scripts in _scripts(state):
        seconds = scripts.timeout_seconds
        if seconds is not None and not 10 <= seconds <= 120:
            yield Violation(
                origin=(*scripts.origin, "timeout_seconds"),
                message=f"{seconds} seconds; Data Lifecycle Manager takes 10 to 120",
                hint="write 10 to 120, and have longer work go on by itself after the script",
            )


@rule(
    "TK072",
    title="A script is retried 3 times at most",
    severity=Severity.ERROR,
    source=_SCRIPT,
)
def script_retries(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses a fourth. Where the script before the snapshot fails, all starts anew.

    Breaks it: `application_consistency: { scripts: vss, retries: 4 }`
    Keeps it: `application_consistency: { scripts: vss, retries: 3 }`
    """
    for _, scripts in _scripts(state):
        if scripts.retries > 3:
            yield Violation(
                origin=(*scripts.origin, "retries"),
                message=f"{scripts.retries} retries; Data Lifecycle Manager allows 3",
                hint="write 3 or less",
            )


@rule(
    "TK073",
    title="Scripts need more than a catalog can say",
    severity=Severity.NOTICE,
    source=_CONSISTENT,
)
def scripts_need(state: DesiredState) -> Iterator[Violation]:
    """A `document` must exist in each account and Region of the tier, and have the parameter `command` with
    the values `pre-script`, `post-script` and `dry-run`. What an `application` needs on its instances stands
    in docs/catalog.md. Instances must be managed by Systems Manager; for `vss` they run Windows, with the VSS
    components installed. Where any of this lacks, scripts fail, and `on_failure` says what there is then.

    Breaks it: `application_consistency: { scripts: pre-and-post, document: quiesce }`
    Keeps it: a tier without `application_consistency`
    """
    made = {each.name: each.application for unit in state.units for each in unit.documents}
    for policy, scripts in _scripts(state):
        if scripts.handler in made:
            what = _ON_THE_HOST[made[scripts.handler]]
            hint = f"run {scripts.handler} with the command dry-run there: it says what is missing"
        elif scripts.own_document:
            what = f"the document {scripts.handler}, with a parameter `command`, in each account and Region"
            hint = "let it take pre-script, post-script and dry-run, and Systems Manager manage the instances"
        else:
            what = "Windows with AWS's VSS components on its instances"
            hint = "install them, and let Systems Manager manage the instances"
        yield Violation(
            origin=scripts.origin,
            message=f"the scripts of tier {policy.tier} need {what}",
            hint=hint,
        )


@rule(
    "TK074",
    title="A script that fails costs a recovery point where a tier says so",
    severity=Severity.NOTICE,
    source=_CONSISTENT,
)
def no_snapshot(state: DesiredState) -> Iterator[Violation]:
    """With `on_failure: no-snapshot` Data Lifecycle Manager skips an instance whose script before the
    snapshot fails. The worst-case RPO of the tier counts on scripts that succeed.

    Breaks it: `application_consistency: { scripts: vss, on_failure: no-snapshot }`
    Keeps it: `application_consistency: { scripts: vss }`
    """
    for policy, scripts in _scripts(state):
        if not scripts.crash_consistent_on_failure:
            yield Violation(
                origin=(*scripts.origin, "on_failure"),
                message=f"the worst-case RPO of tier {policy.tier} holds only while its scripts succeed",
                hint="watch DLM's metrics of failed scripts, or write `on_failure: crash-consistent`",
            )


@rule(
    "TK075",
    title="At most 50 tags leave volumes out of an instance's snapshots",
    severity=Severity.ERROR,
    source="botocore 1.44.5, dlm ExcludeDataVolumeTagList; read 2026-11",
)
def excluding_tags(state: DesiredState) -> Iterator[Violation]:
    """Data Lifecycle Manager refuses more.

    Breaks it: 51 tags under `exclude: { data_volumes_with_tags: … }`
    Keeps it: 50 of them
    """
    for policy in policies(state):
        count = len(policy.exclusions.data_volume_tags) if policy.exclusions else 0
        if policy.exclusions and count > 50:
            yield Violation(
                origin=(*policy.exclusions.origin, "data_volumes_with_tags"),
                message=f"{count} tags; Data Lifecycle Manager allows 50",
                hint="give the volumes that are left out one tag in common",
            )


@rule(
    "TK076",
    title="An instance is not restored whole from snapshots that leave volumes out",
    severity=Severity.NOTICE,
    source="botocore 1.44.5, dlm Parameters; read 2026-11",
)
def incomplete(state: DesiredState) -> Iterator[Violation]:
    """What is left out must come from somewhere else at a restore. An instance all of whose volumes are left
    out has no snapshot at all, and Data Lifecycle Manager tells a metric of it and nobody else.

    Breaks it: `exclude: { boot_volume: true }`
    Keeps it: a tier without `exclude`
    """
    for policy in policies(state):
        if policy.exclusions:
            boot = policy.exclusions.boot_volume
            yield Violation(
                origin=policy.exclusions.origin,
                message=f"snapshots of tier {policy.tier} do not hold all volumes of its instances",
                hint=f"know where {'the system' if boot else 'the data that is left out'} comes from",
            )


def _with_vss(state: DesiredState) -> Iterator[BackupPlan]:
    yield from (plan for unit in state.units for plan in unit.plans if plan.windows_vss)


@rule(
    "TK145",
    title="VSS by AWS Backup needs more than a catalog can say",
    severity=Severity.NOTICE,
    source=_BACKUP_VSS,
)
def vss_needs(state: DesiredState) -> Iterator[Violation]:
    """Instances run Windows with AWS's VSS components, are managed by Systems Manager, and have a role that
    lets them make snapshots. Those of the types t2, t3 and t3a in the sizes nano and micro are too small.
    Of any other instance, one with Linux too, AWS Backup makes a crash-consistent backup.

    Breaks it: `protects: { ec2: { engine: backup } }` with `application_consistency: { scripts: vss }`
    Keeps it: `protects: { ec2: { engine: backup } }` alone
    """
    for plan in _with_vss(state):
        yield Violation(
            origin=plan.windows_vss_origin,
            message=(
                f"VSS of tier {plan.tier} needs Windows with AWS's VSS components, on instances other than "
                "t2, t3 and t3a of nano or micro size"
            ),
            hint="install them, let Systems Manager manage the instances, and give them a role for snapshots",
        )


@rule(
    "TK146",
    title="VSS by AWS Backup is best effort",
    severity=Severity.NOTICE,
    source=_BACKUP_VSS,
)
def vss_may_fail(state: DesiredState) -> Iterator[Violation]:
    """Where VSS fails, AWS Backup makes a crash-consistent backup, and the job is "completed with issues":
    its state is COMPLETED, with a message. It is not tried again. The topic of `events` is told of it.

    Breaks it: `protects: { ec2: { engine: backup } }` with `application_consistency: { scripts: vss }`
    Keeps it: `protects: { ec2: {} }` with it, which Data Lifecycle Manager protects: `on_failure` says more
    """
    told = all(unit.events for unit in state.units if any(plan.windows_vss for plan in unit.plans))
    for plan in _with_vss(state):
        yield Violation(
            origin=plan.windows_vss_origin,
            message=f"a backup of tier {plan.tier} may be crash-consistent: its job is completed with issues",
            hint=(
                "subscribe to the topic of `events`, which hears of such jobs"
                if told
                else "add `events`, whose topic hears of such jobs, or look at the jobs' messages"
            ),
        )
