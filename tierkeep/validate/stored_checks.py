"""The checks of what is stored in a unit, by `tierkeep.validate.stored.judge`."""

from tierkeep.validate.check import Check
from tierkeep.validate.severity import Severity

UNPROTECTED = Check(
    id="protection.unprotected",
    resource_type="resource",
    question="Is each resource that names a tier selected by one of its plans or policies?",
    severity=Severity.CRITICAL,
    risk="no backups are made of it, although its tag says that a tier keeps it",
    remedy="tag it with a tier that protects its type here",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html",
)
UNCLAIMED = Check(
    id="protection.unclaimed",
    resource_type="resource",
    question="Does a tier claim each resource of the types that tiers protect here?",
    severity=Severity.LOW,
    risk="no tier backs it up; it may be that nobody decided so",
    remedy="tag it with a tier, or leave it if it needs no backup",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html",
)
NEAR_MISS = Check(
    id="protection.near-miss",
    resource_type="resource",
    question="Is each tag that looks like the tier tag spelled so that AWS selects by it?",
    severity=Severity.HIGH,
    risk="somebody meant it to be backed up, and it is not: AWS compares tags letter by letter",
    remedy="spell its tag as the catalog does",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html",
)
TWICE = Check(
    id="protection.twice",
    resource_type="resource",
    question="Is each resource backed up by one plan or policy alone?",
    severity=Severity.MEDIUM,
    risk="two backups of the same are paid for, and may disturb each other",
    remedy="leave it to one of them: take the other's tag away, or narrow its selection",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html",
)
GONE = Check(
    id="protection.gone",
    resource_type="resource",
    question="Is each resource that was backed up a moment ago still there?",
    severity=Severity.LOW,
    risk="it was backed up a moment ago and is not there any more: if nobody meant to delete it, it is lost",
    remedy=(
        "restore it from its newest recovery point if it is missed; else nothing: its points end by "
        "themselves, but snapshots that are counted stay"
    ),
    source="docs/observing.md",
)
FRESH_HOME = Check(
    id="freshness.home",
    resource_type="resource",
    question="Is the newest complete backup of each protected resource young enough?",
    severity=Severity.HIGH,
    risk="if it is lost now, more is lost than the tier promises",
    remedy="look for its latest backup jobs and what they say; start a backup on demand meanwhile",
    source="docs/adr/0008-what-a-tier-really-promises.md",
)
FRESH_COPY = Check(
    id="freshness.copy",
    resource_type="resource",
    question="Is the newest copy of each protected resource young enough, wherever its tier copies to?",
    severity=Severity.HIGH,
    risk="if its Region or account is lost now, more is lost than the tier promises",
    remedy="look for its latest copy jobs and what they say: mostly a key or a vault's policy refuses them",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html",
)
POINT_IN_TIME = Check(
    id="freshness.point-in-time",
    resource_type="resource",
    question="Does point-in-time recovery reach up to now, and back as far as the tier says?",
    severity=Severity.HIGH,
    risk="it cannot be restored to the moment before a fault, or not as far back as the tier promises",
    remedy="see that its continuous backup is on (bucket: versioning and EventBridge), and let the plan run",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html",
)
MISSING = Check(
    id="retention.missing",
    resource_type="resource",
    question="Is there a recovery point for each start that the retention calendar still holds?",
    severity=Severity.HIGH,
    risk="what the tier promises to restore from these moments is not there",
    remedy="look for the jobs of these starts: what they failed of will make others fail too",
    source="docs/adr/0008-what-a-tier-really-promises.md",
)
DELETED_EARLY = Check(
    id="retention.deleted-early",
    resource_type="resource",
    question="Is what each completed backup job made still there until its time has come?",
    severity=Severity.CRITICAL,
    risk="somebody deletes recovery points before their time, as whoever holds data to ransom does first",
    remedy="look for DeleteRecoveryPoint and UpdateRecoveryPointLifecycle in CloudTrail; lock the vault",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html",
)
TOO_SHORT = Check(
    id="retention.too-short",
    resource_type="recovery point",
    question="Is each recovery point kept at least as long as its rule says?",
    severity=Severity.HIGH,
    risk="it is deleted before the tier's promise ends",
    remedy="`aws backup update-recovery-point-lifecycle` gives it its time back, while it is there",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
)
TOO_LONG = Check(
    id="retention.too-long",
    resource_type="recovery point",
    question="Is each recovery point kept no longer than its rule says?",
    severity=Severity.MEDIUM,
    risk="it costs longer than the tier says, and a duty to delete is not met",
    remedy="`aws backup update-recovery-point-lifecycle`, unless the vault's lock forbids it",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
)
NEVER_EXPIRES = Check(
    id="retention.never-expires",
    resource_type="recovery point",
    question="Does each recovery point in a tier's vault have an end?",
    severity=Severity.MEDIUM,
    risk="it is never deleted: it costs for ever, and a duty to delete is not met",
    remedy="`aws backup update-recovery-point-lifecycle` gives it an end",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
)
COLD_STORAGE = Check(
    id="retention.cold-storage",
    resource_type="recovery point",
    question="Does each recovery point move to cold storage when its rule says?",
    severity=Severity.MEDIUM,
    risk="it costs more, or is restored more slowly, than planned",
    remedy="`aws backup update-recovery-point-lifecycle`, while it is not in cold storage yet",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
)
OVERDUE = Check(
    id="retention.overdue",
    resource_type="recovery point",
    question="Is each recovery point and snapshot gone once its time has come?",
    severity=Severity.MEDIUM,
    risk="it costs past its time, and a duty to delete is not met",
    remedy="see whether a legal hold keeps it; else that the role that deletes it is there and may, and then "
    "delete it by hand",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html",
)
LOCK_RANGE = Check(
    id="retention.lock-range",
    resource_type="recovery point",
    question="Is the retention of each recovery point within the range of its vault's lock?",
    severity=Severity.HIGH,
    risk="jobs with such a retention fail from now on: the lock takes no other than its range",
    remedy="bring the rule's retention and the lock's range together in the catalog",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
)
STATUS = Check(
    id="integrity.status",
    resource_type="recovery point",
    question="Is each recovery point, snapshot and image complete?",
    severity=Severity.HIGH,
    risk="it cannot be counted on: a restore from it may fail, or bring back a part",
    remedy="read its status message, see to the cause, and back the resource up again",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html",
)
BACKUP_JOBS = Check(
    id="integrity.backup-job",
    resource_type="resource",
    question="Has each backup job that failed been followed by one that succeeded?",
    severity=Severity.HIGH,
    risk="its latest backup failed: what changed since the one before is not kept",
    remedy="read the job's message, see to the cause, and start a backup on demand",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html",
)
COPY_JOBS = Check(
    id="integrity.copy-job",
    resource_type="resource",
    question="Has each copy job that failed been followed by one that succeeded?",
    severity=Severity.HIGH,
    risk="its latest copy failed: losing the home Region or account loses what changed since",
    remedy="read the job's message (mostly a key or a vault's policy refuses), and copy the point again",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListCopyJobs.html",
)
JOB_ISSUES = Check(
    id="integrity.completed-with-issues",
    resource_type="resource",
    question="Did the latest backup job of each resource end without issues, such as VSS that failed?",
    severity=Severity.MEDIUM,
    risk="the backup is there, but not as it was asked for: mostly crash-consistent instead of by VSS",
    remedy="read the job's message; of VSS, see to the agent and the writers on the instance",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html",
)
RESTORE_JOBS = Check(
    id="integrity.restore-job",
    resource_type="resource",
    question="Did the latest restore test of each resource succeed, and did nobody find it invalid?",
    severity=Severity.HIGH,
    risk="its backups may not be of use: the latest attempt to restore one failed",
    remedy="read the job's message and restore again by hand",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRestoreJobs.html",
)
UNTESTED = Check(
    id="integrity.untested",
    resource_type="resource",
    question="Has each resource been restored as often as the drills of the catalog say?",
    severity=Severity.HIGH,
    risk="nobody has seen that its backups can be restored",
    remedy="look for the restore testing plan's latest run, or restore its newest point by hand",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html",
)
ENCRYPTION = Check(
    id="security.encryption",
    resource_type="recovery point",
    question="Is each recovery point and snapshot encrypted with the key that its tier says?",
    severity=Severity.HIGH,
    risk="others may read it than the tier means, or nobody may restore it once that key is gone",
    remedy="encrypt the resource, or repair the vault's key, and back it up again: what is kept stays so",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
)
PUBLIC = Check(
    id="security.public",
    resource_type="snapshot",
    question="Is each snapshot and image closed to the public?",
    severity=Severity.CRITICAL,
    risk="every AWS account may read what it holds",
    remedy="`aws ec2 modify-snapshot-attribute` or `modify-image-attribute`: take the group `all` away",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshotAttribute.html",
)
SHARED = Check(
    id="security.shared",
    resource_type="snapshot",
    question="Is each snapshot that its schedule shares shared with no accounts but those that it names?",
    severity=Severity.HIGH,
    risk="accounts may read it that the catalog does not name",
    remedy="`aws ec2 modify-snapshot-attribute`: take these accounts away, or name them in the catalog",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshotAttribute.html",
)
KEYS_IN_USE = Check(
    id="security.key-state",
    resource_type="key",
    question="Is each key enabled that stored recovery points are encrypted with?",
    severity=Severity.CRITICAL,
    risk="nothing that is encrypted with it can be restored; once it is deleted, all of it is lost for good",
    remedy="`aws kms cancel-key-deletion` where it is to be deleted, then `aws kms enable-key`",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
)
EVENT_BRIDGE = Check(
    id="silent.event-bridge",
    resource_type="resource",
    question="Does each bucket with point-in-time recovery send its events to EventBridge?",
    severity=Severity.HIGH,
    risk="AWS Backup hears of no changes: continuous backup of the bucket has ended, and nothing says so",
    remedy="`aws s3api put-bucket-notification-configuration` with an empty EventBridgeConfiguration",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html",
)
VERSIONING = Check(
    id="silent.versioning",
    resource_type="resource",
    question="Has each protected bucket versioning, without which AWS Backup backs up nothing?",
    severity=Severity.CRITICAL,
    risk="AWS Backup backs up no bucket without versioning",
    remedy=(
        "`aws s3api put-bucket-versioning --versioning-configuration Status=Enabled`, and a "
        "lifecycle rule for old versions"
    ),
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html",
)
OPT_IN = Check(
    id="silent.opt-in",
    resource_type="resource",
    question="Is AWS Backup opted in to each type that a selection needs it for?",
    severity=Severity.CRITICAL,
    risk="the plan selects resources of this type by name and tag, and AWS Backup passes over all of them",
    remedy="`aws backup update-region-settings` in that account and Region, or `audit.opt_in` in the catalog",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html",
)
FAST_RESTORE = Check(
    id="silent.fast-restore",
    resource_type="snapshot",
    question="Is fast snapshot restore enabled for each snapshot that its schedule says?",
    severity=Severity.MEDIUM,
    risk="volumes made of it are slow at first: the tier's recovery time may not be kept",
    remedy="see the quota of fast snapshot restores in the Region: past it, AWS skips further ones",
    source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html",
)
AIR_GAPPED = Check(
    id="silent.air-gapped",
    resource_type="recovery point",
    question="Does each copy for an air-gapped vault lie in one?",
    severity=Severity.HIGH,
    risk="the copy lies in a vault where whoever has the rights can delete it, not where nobody can",
    remedy="see whether air-gapped vaults take the type at all (tierkeep lint), and copy it again",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html",
)
STRAY = Check(
    id="cost.stray",
    resource_type="snapshot",
    question="Is the policy that made each snapshot of the catalog still there, to delete it?",
    severity=Severity.MEDIUM,
    risk="nobody deletes it any more: it costs until somebody does",
    remedy=(
        "delete these snapshots once the tier's time is over: `aws ec2 describe-snapshots --filters "
        "Name=tag:aws:dlm:lifecycle-policy-id,Values=…` lists them"
    ),
    source="https://docs.aws.amazon.com/ebs/latest/userguide/dlm-elements.html",
)
ORPHAN = Check(
    id="cost.orphan",
    resource_type="snapshot",
    question="Is each snapshot that nobody's policy keeps one of a volume that exists, or of an image?",
    severity=Severity.LOW,
    risk="its volume is gone and nobody's policy deletes it: it costs until somebody does",
    remedy="delete it if nobody needs it any more",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html",
)
UNATTACHED = Check(
    id="cost.unattached",
    resource_type="resource",
    question="Is each volume that is backed up in use?",
    severity=Severity.LOW,
    risk="its backups cost, and it may be that nobody needs the volume",
    remedy="take a last snapshot and delete the volume, or take the tier's tag away, if nobody needs it",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html",
)
RETIRED = Check(
    id="cost.retired",
    resource_type="recovery point",
    question="Is what retired tiers and earlier vaults held gone once its time has come?",
    severity=Severity.MEDIUM,
    risk="its time is over, and it costs",
    remedy="delete it by hand: no plan or policy does so any more",
    source="docs/adr/0007-destroying-is-asked-for-twice.md",
)

STORED_CHECKS: tuple[Check, ...] = (
    UNPROTECTED,
    UNCLAIMED,
    NEAR_MISS,
    TWICE,
    GONE,
    FRESH_HOME,
    FRESH_COPY,
    POINT_IN_TIME,
    MISSING,
    DELETED_EARLY,
    TOO_SHORT,
    TOO_LONG,
    NEVER_EXPIRES,
    COLD_STORAGE,
    OVERDUE,
    LOCK_RANGE,
    STATUS,
    BACKUP_JOBS,
    COPY_JOBS,
    JOB_ISSUES,
    RESTORE_JOBS,
    UNTESTED,
    ENCRYPTION,
    PUBLIC,
    SHARED,
    KEYS_IN_USE,
    EVENT_BRIDGE,
    VERSIONING,
    OPT_IN,
    FAST_RESTORE,
    AIR_GAPPED,
    STRAY,
    ORPHAN,
    UNATTACHED,
    RETIRED,
)
"""All of them, by family, in the order in which they are reported."""
