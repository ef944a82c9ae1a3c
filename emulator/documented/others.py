"""Rules of audits, restore tests, DLM, and of every operation."""

from emulator import backup_policy_syntax, faults, organizations, shapes
from emulator.backup import (
    frameworks,
    inferred_metadata,
    paging,
    report_plans,
    restore_testing,
    restored,
)
from emulator.dlm import cloudformation, policy_runs, scripts, targets, validation
from emulator.dlm.models import DlmBackend
from emulator.documented.rule import (
    API,
    AUDIT,
    DLM_API,
    EBS,
    GUIDE,
    ORGANIZATIONS,
    QUOTAS,
    S3,
    SYNTAX,
    TESTING,
    Rule,
    left_out,
    refused,
)
from emulator.s3 import conditions
from emulator.service import ModelledResponse

OTHERS: dict[str, tuple[Rule, ...]] = {
    "Audit Manager": (
        refused(
            "A framework's name begins with a letter",
            f"{API}, CreateFramework",
            frameworks.Frameworks.create,
            "framework-name",
        ),
        refused(
            "A control and its parameters are those documented",
            AUDIT,
            frameworks.check_control,
            "framework-control",
            "framework-parameter",
            "framework-unit",
            "framework-frequency",
            "framework-roles",
        ),
        refused(
            "There are 15 frameworks with 50 controls together",
            QUOTAS,
            frameworks.Frameworks.create,
            "framework-quota",
            "framework-controls-quota",
        ),
        refused(
            "No two frameworks have the same controls and parameters",
            f"{GUIDE}, Creating frameworks using the AWS Backup console",
            frameworks.Frameworks.create,
            "framework-same",
        ),
        refused(
            "A framework that is being changed is not changed again",
            f"{API}, DeleteFramework",
            frameworks.Framework.require_deployed,
            "framework-in-progress",
        ),
        refused(
            "There are 20 report plans, of documented templates",
            QUOTAS,
            report_plans.ReportPlans.create,
            "report-quota",
            "report-template",
            "report-frameworks",
        ),
        Rule(
            "A report on jobs is put into the plan's bucket",
            f"{GUIDE}, Working with audit reports",
            report_plans.ReportPlans.start,
            "test_emulator_safekeeping.py::test_a_report_on_jobs_lies_in_its_bucket",
        ),
        left_out(
            "Controls are evaluated, and reports on compliance made",
            AUDIT,
            "they are rules of AWS Config, which is not emulated",
        ),
        left_out(
            "A report plan makes a report each day by itself",
            f"{GUIDE}, Working with audit reports",
            "at which time of day is not documented; StartReportJob makes one",
        ),
    ),
    "Restore testing": (
        refused(
            "A plan runs by a cron expression, at most once an hour",
            TESTING,
            restore_testing.RestoreTestingPlans.create,
            "testing-schedule",
        ),
        refused(
            "A plan's name is 1 to 50 of letters, digits and _",
            f"{API}, RestoreTestingPlanForCreate",
            restore_testing.RestoreTestingPlans.create,
            "testing-name",
            "testing-long-name",
        ),
        refused(
            "There are 100 plans, each with 30 selections",
            QUOTAS,
            restore_testing.RestoreTestingPlans.create,
            "testing-quota",
            "testing-selection-quota",
        ),
        refused(
            "The start window is 1 to 168 hours, the selection window 1 to 365 days",
            f"{API}, RestoreTestingPlanForCreate",
            restore_testing.RestoreTestingPlans.create,
            "testing-start-window",
            "testing-selection-window",
            "testing-point-type",
        ),
        refused(
            "A validation window is 0 to 168 hours",
            f"{API}, RestoreTestingSelectionForCreate",
            restore_testing.check_selection,
            "testing-validation-window",
        ),
        refused(
            "Ten types of resources are tested, named by ARN or by condition",
            TESTING,
            restore_testing.check_selection,
            "testing-type",
            "testing-both",
        ),
        refused(
            "A plan with selections is not deleted",
            f"{API}, DeleteRestoreTestingPlan",
            restore_testing.RestoreTestingPlans.delete,
            "testing-used",
        ),
        Rule(
            "What a test restores is deleted after its validation window, or upon a verdict",
            TESTING,
            restore_testing.chosen,
            "test_emulator_restore_test_runs.py::test_what_is_restored_waits_for_a_verdict_and_goes_with_it",
        ),
        Rule(
            "Tag conditions are held against the tags of a resource's latest recovery point",
            TESTING,
            restore_testing.candidates,
            "test_emulator_restore_test_runs.py::test_tags_are_those_of_the_latest_recovery_point",
        ),
        Rule(
            "Databases and clusters are tested under names of their own, in one zone and not protected",
            f"{GUIDE}, Restore testing inferred metadata",
            inferred_metadata.inferred,
            "test_emulator_restore_test_runs.py::"
            "test_databases_and_clusters_are_tested_under_names_of_their_own",
        ),
        Rule(
            "What a test restores carries the tag awsbackup-restore-test, by which AWS Backup may delete it",
            "AWS Managed Policy Reference Guide, AWSServiceRolePolicyForBackupRestoreTesting",
            restored.mark_as_test,
            "test_emulator_restore_test_runs.py::test_what_a_test_restores_is_tagged_as_such",
        ),
        left_out("Tests start at random within the start window", TESTING, "they start at its beginning"),
    ),
    "Data Lifecycle Manager": (
        Rule(
            "Intervals, counts, ages, schedules and copies are within DLM's limits",
            f"{DLM_API}, CreateRule",
            validation.check_details,
            "test_emulator_dlm.py::test_policies_that_dlm_does_not_take",
        ),
        Rule(
            "A Region holds 100 custom policies",
            f"{EBS}, Quotas for Amazon Data Lifecycle Manager",
            DlmBackend.create,
            "test_emulator_dlm.py::test_a_region_holds_a_hundred_policies",
        ),
        Rule(
            "Count-based retention keeps the newest snapshots of each volume",
            f"{EBS}, How DLM works",
            policy_runs.PolicyRuns,
            "test_emulator_dlm_runs.py::test_by_count_the_newest_of_each_volume_are_kept",
        ),
        Rule(
            "Copies have their own key and age",
            f"{EBS}, Automate snapshot lifecycles",
            policy_runs.PolicyRuns,
            "test_emulator_dlm_runs.py::test_copies_go_to_other_regions_under_their_own_key_and_age",
        ),
        Rule(
            "A default policy backs up what has no recent backup",
            f"{EBS}, Default policies",
            policy_runs.PolicyRuns,
            "test_emulator_dlm_runs.py::test_a_default_policy_backs_up_what_has_no_recent_backup",
        ),
        Rule(
            "A default policy leaves out what is younger than a day",
            f"{EBS}, Default policies",
            targets.targets_by_default,
            "test_emulator_dlm_runs.py::test_a_default_policy_leaves_out_what_is_younger_than_a_day",
        ),
        Rule(
            "Copies by a default policy are kept as long as what they are of, without its tags",
            f"{EBS}, Default policies vs custom policies",
            policy_runs.PolicyRuns,
            "test_emulator_dlm_runs.py::test_a_default_policy_for_instances_makes_images_and_copies_them",
        ),
        Rule(
            "Images and their copies are deprecated by an age of their own, for new ones only, or by count",
            f"{EBS}, Automate AMI lifecycles",
            policy_runs.PolicyRuns,
            "test_emulator_dlm_runs.py::test_images_are_deprecated_when_they_are_made",
        ),
        left_out(
            "Instances reboot for their images unless NoReboot says not to",
            f"{DLM_API}, Parameters",
            "nothing of an instance shows it",
        ),
        Rule(
            "Pre and post scripts run as commands of Systems Manager; tags of snapshots tell how they went",
            f"{EBS}, How pre and post scripts work",
            scripts.Scripts,
            "test_emulator_dlm_scripts.py::test_scripts_run_before_and_after_the_snapshots",
        ),
        Rule(
            "Where the pre script fails, snapshots are crash-consistent or none, and no post script runs",
            f"{EBS}, How pre and post scripts work",
            scripts.Scripts,
            "test_emulator_dlm_scripts.py::test_what_becomes_of_snapshots_by_how_the_scripts_end",
        ),
        Rule(
            "Scripts are retried, and fail where they take too long",
            f"{DLM_API}, Script",
            scripts.Scripts,
            "test_emulator_dlm_scripts.py::test_a_script_that_takes_too_long_fails_and_is_tried_again",
        ),
        Rule(
            "A stack of CloudFormation makes a policy, changes it in place and deletes it",
            "AWS CloudFormation template reference, AWS::DLM::LifecyclePolicy",
            cloudformation.LifecyclePolicy,
            "test_emulator_dlm_cloudformation.py::test_an_update_changes_the_policy_in_place",
        ),
        left_out(
            "A stack whose policy DLM refuses is rolled back",
            "AWS CloudFormation User Guide, Stack failure options",
            "the request for the stack answers DLM's error, as moto does for every type",
        ),
        left_out(
            "Metrics of scripts go to CloudWatch",
            f"{EBS}, Monitor pre and post scripts",
            "not done",
        ),
    ),
    "Organizations": (
        Rule(
            "A backup policy has the documented elements, operators and values",
            SYNTAX,
            backup_policy_syntax.check,
            "test_emulator_organizations.py::test_what_the_syntax_does_not_know_is_refused",
        ),
        Rule(
            "What holds for an account is merged from the root down, as the operators say",
            f"{ORGANIZATIONS}, Policy syntax and inheritance for management policy types",
            organizations.merged,
            "test_emulator_organizations.py::test_an_accounts_policy_is_merged_from_the_root_down",
        ),
        left_out(
            "What an effective policy lacks makes it invalid, and the last valid one holds on",
            SYNTAX,
            "nothing here acts on effective policies",
        ),
        left_out(
            "AWS Backup makes the plans of an account's effective policy",
            f"{GUIDE}, Managing AWS Backup resources across multiple AWS accounts",
            "what it calls them, and when it makes them, is not documented",
        ),
    ),
    "Amazon S3": (
        Rule(
            "Of conditional writes at once, the first that is done wins, and the others fail",
            f"{S3}, How to prevent object overwrites with conditional writes",
            conditions.install,
            "test_emulator_conditional_writes.py::test_of_many_writes_at_once_one_is_done",
        ),
        left_out(
            "A conditional write is refused with 409 where another is under way",
            f"{S3}, How to prevent object overwrites with conditional writes",
            "when that happens is not documented; writes wait for each other here",
        ),
    ),
    "Of every operation": (
        Rule(
            "Required members, lengths, ranges, patterns and values are those of the service model",
            "botocore",
            shapes.violations,
            "test_emulator_vaults.py::test_vault_names_are_checked",
        ),
        Rule(
            "Answers have no member that the model lacks",
            "botocore",
            ModelledResponse.serialized,
            "test_emulator_operations.py::test_what_an_operation_answers_is_of_its_model",
        ),
        Rule(
            "Lists come in pages; a token that was not given is refused",
            API,
            paging.slice_of,
            "test_emulator_paging.py::test_a_token_that_no_list_gave_is_refused",
        ),
        Rule(
            "Throttling, refusals, failures and silence happen on request",
            f"{API}, Common errors",
            faults.add,
            "test_emulator_faults.py::test_a_refusal_has_the_services_own_code_and_happens_once",
        ),
        left_out(
            "Identity policies, service control policies and session policies",
            "IAM User Guide",
            "not evaluated: only the policies of vaults and keys are",
        ),
        left_out(
            "Requests are throttled by rate",
            f"{GUIDE}, Quotas",
            "the rates are not published; a fault throttles on request",
        ),
    ),
}
