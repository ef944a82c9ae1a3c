"""What AWS will not do, row by row, and what holds each: a rule, the way states are computed, or nothing yet.

The rows are those of the project's list of AWS constraints, read in November 2026; `tierkeep.rules.page`
prints them, and a test holds that every row is either held or listed with the reason why not.
"""

from __future__ import annotations

from dataclasses import dataclass

_SEEN = "not in a catalog: a fact of the account or resource, for `tierkeep validate` to see"
_FORM = "tests/rules/test_by_construction.py::"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One constraint, or a part of one."""

    section: str
    constraint: str
    rules: tuple[str, ...] = ()
    """Ids of the rules that hold it."""
    test: str = ""
    """The test of the way states are computed that holds it, where no rule needs to."""
    reason: str = ""
    """Why nothing judges it."""


def _row(section: str, constraint: str, *rules: str, holds: tuple[str, ...] = (), reason: str = "") -> Row:
    return Row(
        section=section,
        constraint=constraint,
        rules=rules,
        test=", ".join(f"{_FORM}{name}" for name in holds),
        reason=reason,
    )


_PLANS = "Plans, rules, selections"
_LIFECYCLE = "Lifecycle and point-in-time recovery"
_COPIES = "Copies and keys"
_LOCKS = "Vault lock and logically air-gapped vaults"
_AUDIT = "Restore testing, audit, organisation"
_EVENTS = "Events"
_ROLES = "Roles"
_DLM = "Data Lifecycle Manager"
_WATCHING = "Watching"

ROWS = (
    _row(_PLANS, "A snapshot rule runs at most once an hour; every 12 h begins before 12:00",
         holds=("test_no_schedule_runs_more_than_once_an_hour", "test_every_n_hours_runs_as_often")),
    _row(_PLANS, "StartWindow at least 60 minutes, at most 52,560,000", "TK001", "TK006"),
    _row(_PLANS, "⚠ CompletionWindow at least StartWindow + 60", "TK002"),
    _row(_PLANS, "Start windows of two rules overlap: only the longer retention runs", "TK011", "TK012"),
    _row(_PLANS, "One running backup a resource: runs wait for each other", "TK010"),
    _row(_PLANS, "Database backups fail before and during the maintenance window", reason=_SEEN),
    _row(_PLANS, "A DST change can skip a run in a named time zone", "TK013", "TK045"),
    _row(_PLANS, "⚠ 10 rules a plan, 5 copies a rule", "TK005"),
    _row(_PLANS, "⚠ 10 tags on recovery points, 100 selections a plan", "TK015"),
    _row(_PLANS, "⚠ 10 selections by tag a plan", holds=("test_a_plan_has_one_selection",)),
    _row(_PLANS, "300 plans and 300 vaults a Region", "TK009"),
    _row(_PLANS, "1M recovery points a vault", reason=_SEEN),
    _row(_PLANS, "A selection: 500 ARNs, or 30 with a wildcard; 30 conditions; 30 tags", "TK008"),
    _row(_PLANS, "Resources plus ListOfTags is OR: it widens", holds=("test_selections_only_narrow",)),
    _row(_PLANS, "Condition keys are `aws:ResourceTag/…`, case-sensitive",
         reason="the generator writes them; tests/stacks/test_synthesis.py reads them back"),
    _row(_PLANS, "Tag keys that begin with `aws:` are AWS's", "TK046"),
    _row(_PLANS, "Region opt-in applies to selections by tag or service, not to an ARN of a type",
         holds=("test_selections_only_narrow",)),
    _row(_PLANS, "Names of plans, rules, selections and vaults", "TK007"),
    _row(_PLANS, "VSS by AWS Backup: EC2 only", holds=("test_vss_is_for_instances_alone",)),
    _row(_PLANS, "VSS by AWS Backup: Windows with its components, not small instances", "TK145"),
    _row(_PLANS, "VSS by AWS Backup: best effort, a job may end completed with issues", "TK146"),
    _row(_PLANS, "S3: versioning on; EventBridge on for PITR", "TK017"),
    _row(_PLANS, "S3: PITR and periodic backups in one vault", holds=("test_a_tier_has_one_vault",)),
    _row(_LIFECYCLE, "Retention 1 to 36,500 days", "TK004"),
    _row(_LIFECYCLE, "A recovery point is deleted when its retention ends, whether or not another exists",
         "TK059"),
    _row(_LIFECYCLE, "Continuous retention 1 to 35 days", "TK003"),
    _row(_LIFECYCLE, "PITR lags 5 minutes", "TK018"),
    _row(_LIFECYCLE, "DynamoDB's own PITR: 1 to 35 days, by table, outside AWS Backup",
         "TK014", "TK128", "TK129", "TK130", "TK131"),
    _row(_LIFECYCLE, "Continuous: no cold storage", holds=("test_continuous_rules_are_never_cold",)),
    _row(_LIFECYCLE, "Continuous: not on demand",
         reason="not expressible yet: arrives with backups on demand"),
    _row(_LIFECYCLE, "Continuous: one per resource", holds=("test_a_tier_has_one_continuous_rule",)),
    _row(_LIFECYCLE, "PITR through AWS Backup: Aurora, RDS instances, S3", "TK014", "TK040",
         holds=("test_continuous_plans_hold_only_types_that_have_it",)),
    _row(_LIFECYCLE, "PITR: not RDS Multi-AZ clusters", reason=_SEEN),
    _row(_LIFECYCLE, "A copy of a PITR recovery point is a snapshot",
         holds=("test_continuous_rules_copy_nothing",)),
    _row(_LIFECYCLE, "delete_after at least cold_storage_after + 90", "TK060"),
    _row(_LIFECYCLE, "Cold storage works for some types only", "TK061"),
    _row(_COPIES, "A copy's lifecycle is its own; unset ⚠ is unsettled: set it always",
         holds=("test_every_copy_has_a_lifecycle",)),
    _row(_COPIES, "A cold recovery point cannot be copied",
         reason="scheduled copies are made as soon as the backup is complete, long before it is cold"),
    _row(_COPIES, "No copy at all: plain DynamoDB", "TK016"),
    _row(_COPIES, "No copy at all: Redshift Serverless", reason="no type of resource of this version"),
    _row(_COPIES, "No copy at all: ⚠ RDS Multi-AZ clusters", reason=_SEEN),
    _row(_COPIES, "Cross-account: the same organisation, enabled by its management account", "TK070"),
    _row(_COPIES, "Cross-account: the destination vault's policy and the keys' policies admit the copy",
         holds=("test_vaults_and_keys_admit_the_copies_of_the_catalog_and_no_others",)),
    _row(_COPIES, "Cross-account and cross-Region in one copy: not aurora and rds", "TK068"),
    _row(_COPIES, "An AWS-managed key cannot be shared", "TK024"),
    _row(_COPIES, "An AWS-managed key cannot be copied to another account", "TK067"),
    _row(_COPIES, "Backups of some types keep the encryption of their source", "TK019"),
    _row(_COPIES, "A key waits 7 to 30 days for its deletion", "TK122"),
    _row(_COPIES, "A vault's key never changes",
         reason="a change between two catalogs: `tierkeep diff` marks what is replaced"),
    _row(_COPIES, "China to China and GovCloud to GovCloud only", "TK044", "TK049"),
    _row(_COPIES, "What services support in a Region", "TK047", "TK048", "TK057"),
    _row(_LOCKS, "changeable_for_days 3 to 36,500; min at least 1, max at most 36,500", "TK062"),
    _row(_LOCKS, "A job whose retention is outside fails", "TK063"),
    _row(_LOCKS, "Governance mode can be lifted, compliance mode is irreversible", "TK065", "TK066"),
    _row(_LOCKS, "A lock holds what lies in its vault, and snapshots of other services lie in none", "TK064"),
    _row(_LOCKS, "A final lock, and the range of an air-gapped vault, never change: another vault takes over",
         "TK100", "TK101"),
    _row(_LOCKS, "Air-gapped vault: min at least 7, max required", "TK093"),
    _row(_LOCKS, "Air-gapped vault: types and Regions", "TK094", "TK095", "TK096"),
    _row(_LOCKS, "Air-gapped vault: what keeps its source's key needs a customer-managed one", "TK097"),
    _row(_LOCKS, "Air-gapped vault: always in compliance mode; AWS's own key; shared by AWS RAM",
         "TK098", "TK099"),
    _row(_LOCKS, "Air-gapped vault: copies alone get into it, and none goes cold there",
         holds=("test_only_copies_get_into_air_gapped_vaults",)),
    _row(_AUDIT, "Restore testing plan: name, counts, windows", "TK170", "TK171", "TK172"),
    _row(_AUDIT, "Restore testing types and their overrides", "TK176", "TK177"),
    _row(_AUDIT, "Restore testing: one recovery point of each resource, recent enough, in a vault",
         "TK173", "TK174", "TK175"),
    _row(_AUDIT, "Framework: 15 a Region, 50 controls, 20 report plans", "TK181", "TK184"),
    _row(_AUDIT, "Controls: parameters, scopes, AWS Config, Regions", "TK180", "TK182", "TK183", "TK185"),
    _row(_AUDIT, "Service control policy: size, and where it does not hold", "TK187", "TK188"),
    _row(_AUDIT, "Backup policy: size, and how many at one target", "TK189"),
    _row(_AUDIT, "Backup policy: plans of AWS Backup alone, in UTC", "TK190", "TK191"),
    _row(_AUDIT, "Backup policy: a selection is by tags or by resources, `$account` in ARNs",
         holds=("test_backup_policies_select_by_resources_and_name_no_account",)),
    _row(_AUDIT, "Backup policy: vault and role must exist in every account and Region first",
         "TK193", "TK195"),
    _row(_AUDIT, "Backup policy: those of a target and above it are merged, plan by plan", "TK194"),
    _row(_DLM, "interval in {1, 2, 3, 4, 6, 8, 12, 24} or a cron of at most once an hour",
         holds=("test_no_schedule_runs_more_than_once_an_hour",)),
    _row(_DLM, "Times are UTC", "TK020"),
    _row(_DLM, "At most 4 schedules a policy", "TK021"),
    _row(_DLM, "One kind of retention; age up to 100 years", "TK028"),
    _row(_DLM, "At most 3 cross-region copy rules, retention by age", "TK022", "TK028"),
    _row(_DLM, "Snapshots name the Region in `target`",
         reason="the generator writes it; tests/stacks/test_synthesis.py reads it back"),
    _row(_DLM, "Count-based retention strands the snapshots of a deleted volume",
         reason="not expressible: a catalog keeps by age only"),
    _row(_DLM, "Archive: volume policies, one schedule of them", "TK040", "TK077"),
    _row(_DLM, "Archive: a cron of 28 days or rarer, at least 90 days in the archive", "TK078", "TK079"),
    _row(_DLM, "Archive: a restore takes 24 to 72 hours", "TK080"),
    _row(_DLM, "Fast snapshot restore: at most 10 zones", "TK023"),
    _row(_DLM, "Fast snapshot restore: ⚠ 5 a Region by quota, skipped silently", "TK026", "TK027"),
    _row(_DLM, "Fast snapshot restore: snapshots up to 16 TiB", reason=_SEEN),
    _row(_DLM, "Share: customer-managed key", "TK024"),
    _row(_DLM, "Share: unshare before the retention ends", "TK025"),
    _row(_DLM, "Pre and post scripts: instances only", "TK040"),
    _row(_DLM, "Pre and post scripts: timeout 10 to 120 s, up to 3 retries", "TK071", "TK072"),
    _row(_DLM, "Pre and post scripts: the document, and what becomes of a failure", "TK073", "TK074"),
    _row(_DLM, "Pre and post scripts: documents of our own, their names, size and parameters",
         "TK140", "TK142", "TK143"),
    _row(_DLM, "Pre and post scripts: what may be frozen, what has to be in one snapshot", "TK141", "TK144"),
    _row(_DLM, "Volumes of instances that are left out: 50 tags, nothing left", "TK075", "TK076"),
    _row(_DLM, "Event policies: what is shared is told apart by owner and description", "TK081", "TK083"),
    _row(_DLM, "Event policies: 50 owners, 3 Regions", "TK082"),
    _row(_DLM, "Event policies: the key of a shared snapshot admits who copies", "TK084"),
    _row(_DLM, "AMIs name the Region of a copy in `target_region`",
         reason="the generator writes it; tests/stacks/read_back_template.py reads it back"),
    _row(_DLM, "AMIs: deprecated before they are deleted, after 10 years at most", "TK107", "TK108"),
    _row(_DLM, "AMIs: instances may reboot", "TK109"),
    _row(_DLM, "AMIs: no scripts, no volumes left out, no archive, no sharing, no fast snapshot restore",
         "TK040", holds=("test_images_have_nothing_of_snapshots",)),
    _row(_DLM, "Default policies: every 1 to 7 days, kept 2 to 14", "TK110", "TK111"),
    _row(_DLM, "Default policies: 3 Regions, 50 tags, 6 volume types", "TK112", "TK113"),
    _row(_DLM, "Default policies: copies have no key and no tags of their own", "TK114"),
    _row(_DLM, "Default policies: all without a recent backup", "TK115"),
    _row(_DLM, "Default policies: one of each type in an account and Region",
         holds=("test_a_region_has_one_default_policy_of_each_type",)),
    _row(_DLM, "100 custom policies a Region", "TK029"),
    _row(_DLM, "45 tags a policy", "TK030"),
    _row(_DLM, "description of `[0-9A-Za-z _-]{1,500}`", "TK031"),
    _row(_DLM, "Target tags are OR", holds=("test_a_policy_has_one_target_tag",)),
    _row(_ROLES, "A role: 10,240 characters of inline policies, 10 attached of 6,144 characters", "TK085"),
    _row(_ROLES, "A permissions boundary lies in the role's account", "TK086"),
    _row(_ROLES, "A role is assumed from its own partition; its trust policy has 2,048 characters",
         "TK120", "TK121"),
    _row(_EVENTS, "An e-mail address gets nothing until it has confirmed", "TK150"),
    _row(_EVENTS, "A pattern of 2,048 characters", "TK151"),
    _row(_EVENTS, "An event holds up no deployment that it tells of", "TK153"),
    _row(_WATCHING, "An alarm whose period is an hour looks back 7 days", "TK160"),
    _row(_WATCHING, "An alert of a budget has 1 to 11 subscribers", "TK162"),
    _row(_WATCHING, "A budget counts by cost allocation tags, what is billed by them", "TK163"),
    _row(_WATCHING, "A dashboard has 500 widgets", "TK164"),
    _row(_WATCHING, "No AWS Budgets in GovCloud", "TK165"),
    _row("Drift that is not drift", "Defaults that AWS and the provider fill in",
         reason="of what is deployed: `tierkeep.validate` normalises both sides"),
)  # fmt: skip
"""Every constraint, in the order of the list."""
