"""Roles of AWS's services, held against AWS's own word: what it manages, and its reference of actions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.iam.policies import TYPES, roles_of, smallest, state_of, with_images
from tests.iam.reference import action, managed_actions, may_meet
from tierkeep.desired.model import ResourceType, Role, RolePurpose, Statement
from tierkeep.desired.permissions.needs import Conditions

MANAGED = {
    RolePurpose.BACKUP: ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"),
    RolePurpose.RESTORE: ("AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"),
    RolePurpose.SNAPSHOTS: (
        "AWSDataLifecycleManagerServiceRole",
        "AWSDataLifecycleManagerServiceRoleForAMIManagement",
    ),
}

FOR_SCRIPTS = {
    RolePurpose.BACKUP: (),
    RolePurpose.RESTORE: (),
    RolePurpose.SNAPSHOTS: ("AWSDataLifecycleManagerSSMFullAccess",),
}
"""What AWS manages besides for pre and post scripts."""

OF_OTHER_TYPES = frozenset(
    {"backup-gateway", "cloudformation", "ds", "dsql", "ebs", "eks", "fsx", "guardduty", "redshift",
     "redshift-serverless", "ssm-sap", "storagegateway", "timestream"}
)  # fmt: skip
"""Services of types that no catalog can name, of restored virtual machines, and of scans for malware."""

LEFT_OUT = {
    RolePurpose.BACKUP: {
        "ec2:describelaunchtemplateversions": "of EKS",
        "ec2:describesnapshottierstatus": "of the EBS archive, to which no plan opts in",
        "ec2:modifysnapshottier": "of the EBS archive",
        "iam:passrole": "of scans for malware",
    },
    RolePurpose.RESTORE: {
        "backup:describerestorejob": "of restores that are made of others, as those of EKS",
        "backup:listrecoverypointsbybackupvault": "the same",
        "backup:listrestorejobs": "the same",
        "backup:startrestorejob": "the same",
        "ec2:deletesnapshot": "of virtual machines: it would delete recovery points",
        "ec2:deletetags": "of virtual machines",
        "ec2:describelaunchtemplateversions": "of EKS",
        "ec2:describeroutetables": "of FSx",
        "ec2:describesnapshottierstatus": "of the EBS archive",
        "ec2:restoresnapshottier": "of the EBS archive",
        "iam:getrole": "of EKS",
        "iam:listattachedrolepolicies": "of EKS",
    },
    RolePurpose.SNAPSHOTS: {
        "ec2:describeimageattribute": "of sharing images, which no policy can ask for",
        "ec2:modifyimageattribute": "of sharing images",
        "ec2:resetimageattribute": "of sharing images",
    },
}  # fmt: skip
"""What AWS's policies allow and ours do not, with the reason, so that what AWS adds is seen."""

FOR_SCRIPTS = {
    RolePurpose.SNAPSHOTS: ("AWSDataLifecycleManagerSSMFullAccess",),
    RolePurpose.BACKUP: (),
    RolePurpose.RESTORE: (),
}
"""What AWS has a role given besides that runs scripts on instances."""

BEYOND = {
    RolePurpose.SNAPSHOTS: {"kms"},
    RolePurpose.BACKUP: set[str](),
    RolePurpose.RESTORE: set[str](),
}
"""Services of which AWS's policies leave out what its guides ask for: keys of encrypted snapshots."""

NO_NARROWER = {
    "backup:CopyFromBackupVault": "its resources are of all services; a condition names the vaults"
}
NOT_IN_THE_REFERENCE = {
    "elasticfilesystem:CreateFileSystem": "AWS's own policy names file systems, and the reference nothing"
}


def allowed(role: Role) -> set[str]:
    return {each for statement in role.statements for each in statement.actions}


def every_role() -> list[Role]:
    catalogs = [with_images(), *(smallest(each) for each in TYPES)]
    return [role for catalog in catalogs for purpose in RolePurpose for role in roles_of(catalog, purpose)]


@pytest.mark.parametrize("purpose", MANAGED)
def test_a_role_may_do_nothing_that_awss_policy_does_not_allow(purpose: RolePurpose) -> None:
    """Each action of ours is one of those that AWS gives for the same purpose."""
    for role in roles_of(with_images(), purpose):
        ours = {each.lower() for each in allowed(role) if each.split(":")[0] not in BEYOND[purpose]}
        assert ours <= managed_actions(*MANAGED[purpose], *FOR_SCRIPTS[purpose])


@pytest.mark.parametrize("purpose", MANAGED)
def test_what_is_left_out_of_awss_policy_is_known(purpose: RolePurpose) -> None:
    """With everything switched on, only what is listed is missing: an action that AWS adds fails this."""
    ours = {each.lower() for role in roles_of(with_images(), purpose) for each in allowed(role)}
    missing = managed_actions(*MANAGED[purpose]) - ours
    of_our_types = {each for each in missing if each.split(":")[0] not in OF_OTHER_TYPES}
    assert of_our_types == set(LEFT_OUT[purpose])


def test_resources_are_named_wherever_aws_knows_any() -> None:
    """`*` stands for a resource only with actions that have none, in statements of their own."""
    for role in every_role():
        for statement in role.statements:
            if statement.resources == ("*",):
                for each in set(statement.actions) - set(NO_NARROWER):
                    assert not action(each).required + action(each).optional, each
            else:
                assert "*" not in statement.resources
                assert all(":*:*:" not in arn for arn in statement.resources)


def test_each_action_has_every_resource_that_aws_asks_for() -> None:
    """An action that needs several kinds of resource is allowed on all of them, or it would never be."""
    for role in every_role():
        for name in {each for each in allowed(role) if "*" not in each} - set(NO_NARROWER):
            for reference in action(name).required:
                arns = [arn for s in role.statements if name in s.actions for arn in s.resources]
                assert any(may_meet(arn, reference) for arn in arns), (name, reference)


def test_each_resource_means_something_to_an_action_of_its_statement() -> None:
    """No ARN is of a kind that none of the actions beside it knows."""
    for role in every_role():
        for statement in role.statements:
            actions = [
                each for each in statement.actions if "*" not in each and each not in NOT_IN_THE_REFERENCE
            ]
            known = [arn for each in actions for arn in action(each).required + action(each).optional]
            for arn in statement.resources:
                assert arn == "*" or not known or any(may_meet(arn, each) for each in known), arn


def test_each_condition_is_one_that_aws_knows_for_its_actions() -> None:
    """Another key is never in a request, so that the statement would allow nothing, or all."""
    for role in every_role():
        for statement in role.statements:
            for _, key, _ in statement.conditions:
                if not key.startswith("aws:"):
                    for each in statement.actions:
                        assert "*" in each or key in action(each).conditions, (each, key)


@pytest.mark.parametrize("resource_type", TYPES)
def test_each_type_brings_its_own_actions_only(resource_type: ResourceType) -> None:
    """Neither backup nor restore of a type may do what only another type needs."""
    services = {
        ResourceType.AURORA: {"rds"},
        ResourceType.DYNAMODB: {"dynamodb"},
        ResourceType.EBS: {"ec2"},
        ResourceType.EC2: {"ec2", "iam"},
        ResourceType.EFS: {"elasticfilesystem"},
        ResourceType.RDS: {"rds"},
        ResourceType.S3: {"cloudwatch", "events", "s3"},
    }[resource_type]
    network = {"ec2"} if resource_type in {ResourceType.AURORA, ResourceType.RDS} else set()
    for purpose in (RolePurpose.BACKUP, RolePurpose.RESTORE):
        (role,) = roles_of(smallest(resource_type), purpose)
        used = {each.split(":")[0] for each in allowed(role)} - {"backup", "kms", "tag"}
        assert used <= services | network
        assert used & services


def test_copies_widen_the_role_for_backups_only() -> None:
    """Nothing may be copied or shared where the catalog copies nothing; and restores stay as they were."""
    plain, copying = (
        smallest(ResourceType.EBS),
        smallest(ResourceType.EBS, copy_to={"eu-west-1": {}}),
    )
    (before,), (after,) = (roles_of(each, RolePurpose.BACKUP) for each in (plain, copying))
    assert allowed(after) - allowed(before) == {
        "backup:CopyFromBackupVault",
        "backup:CopyIntoBackupVault",
        "ec2:CopySnapshot",
    }
    assert roles_of(plain, RolePurpose.RESTORE) == roles_of(copying, RolePurpose.RESTORE)


def test_backup_and_restore_are_apart() -> None:
    """The role for backups makes no resource, and the one for restores deletes no backup."""
    (backup, restore) = (
        roles_of(with_images(), each)[0] for each in (RolePurpose.BACKUP, RolePurpose.RESTORE)
    )
    shared = allowed(backup) & allowed(restore)
    reads = ("Describe", "Get", "List")
    assert {each for each in shared if not each.split(":")[1].startswith(reads)} == {
        "ec2:CreateTags",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "rds:AddTagsToResource",
    }
    deleting = {each for each in allowed(restore) if "Delete" in each and "Snapshot" in each}
    assert deleting == set()


def test_data_lifecycle_manager_snapshots_only_what_carries_the_tag_of_a_tier() -> None:
    """Volumes and instances of no tier are out of its reach, unless a default policy backs them up too."""
    catalog = with_images()
    unbounded = [_targeting(role) for role in roles_of(catalog, RolePurpose.SNAPSHOTS)[:1]]
    assert [conditions for conditions in unbounded[0] if not conditions[2]] == [
        ("ec2:CreateSnapshot", "volume", ()),
        ("ec2:CreateImage", "instance", ()),
    ]
    del catalog["default_policies"]
    (role, *_) = roles_of(catalog, RolePurpose.SNAPSHOTS)
    assert _targeting(role) == [
        (action_, what, (("StringEquals", "aws:ResourceTag/backup-tier", tiers),))
        for action_, what, tiers in (
            ("ec2:CreateSnapshot", "volume", ("archived", "volumes")),
            ("ec2:CreateSnapshots", "instance", ("volumes",)),
            ("ec2:CreateImage", "instance", ("templates",)),
        )
    ]


def _targeting(role: Role) -> list[tuple[str, str, Conditions]]:
    """Of what the role makes backups, by the action that makes them, and on what conditions."""
    return [
        (action_, what, statement.conditions)
        for action_, what in (
            ("ec2:CreateSnapshot", "volume"),
            ("ec2:CreateSnapshots", "instance"),
            ("ec2:CreateImage", "instance"),
        )
        for statement in role.statements
        if action_ in statement.actions and any(f":{what}/" in arn for arn in statement.resources)
    ]


def test_tables_are_touched_only_where_they_carry_the_tag_of_a_tier_that_asks_for_it() -> None:
    """Nothing else than their point-in-time recovery, and nothing but its machine is started."""
    (role, *_), (starter, *_) = (
        roles_of(with_images(), each) for each in (RolePurpose.TABLES, RolePurpose.SCHEDULES)
    )
    (switching,) = [each for each in role.statements if each.resources != ("*",)]
    assert switching.actions == ("dynamodb:DescribeContinuousBackups", "dynamodb:UpdateContinuousBackups")
    assert switching.conditions == (("StringEquals", "aws:ResourceTag/backup-tier", ("all",)),)
    assert {each.split(":")[0] for each in allowed(role)} == {"dynamodb", "logs", "tag", "xray"}
    arn = "arn:aws:states:ap-south-1:111111111111:stateMachine:campus-all-tables"
    assert [(each.actions, each.resources) for each in starter.statements] == [
        (("states:StartExecution",), (arn,))
    ]


def test_services_of_awss_own_policies_are_a_choice() -> None:
    """`service_policies: aws-managed` attaches what AWS manages, but for keys and scripts of snapshots."""
    unit = state_of(with_images(service_policies="aws-managed")).units[0]
    by_purpose = {role.purpose: role for role in unit.roles}
    names = {
        purpose: tuple(arn.rsplit("/", 1)[-1] for arn in role.managed_policy_arns)
        for purpose, role in by_purpose.items()
    }
    assert {purpose: names[purpose] for purpose in MANAGED} == MANAGED
    assert not any(names[purpose] for purpose in set(names) - set(MANAGED)), "AWS has none for our machines"
    assert by_purpose[RolePurpose.BACKUP].statements == ()
    assert {each.sid for each in by_purpose[RolePurpose.SNAPSHOTS].statements} == {
        "UseKeys",
        "GrantKeysToEbs",
        "FollowCommands",
        "RunDocuments",
        "RunOnInstances",
    }


@pytest.mark.parametrize(
    ("written", "arn"),
    [
        ("boundary", "arn:aws:iam::111111111111:policy/boundary"),
        ("team/boundary", "arn:aws:iam::111111111111:policy/team/boundary"),
        ("arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::aws:policy/PowerUserAccess"),
        (None, None),
    ],
)
def test_a_boundary_bounds_every_role(written: str | None, arn: str | None) -> None:
    """Those that commands assume too; by the name of a policy of each account, or by an ARN."""
    command: dict[str, Any] = {"trusted_by": ["vaults/ci"]}
    access = {"permissions_boundary": written} if written else {}
    unit = state_of(with_images(validate=command, drill=command, **access)).units[0]
    assert {RolePurpose.VALIDATE, RolePurpose.DRILL} <= {role.purpose for role in unit.roles}
    assert {role.boundary_arn for role in unit.roles} == {arn}


def test_statements_of_a_role_have_ids_of_their_own() -> None:
    """IAM refuses two alike, and letters and digits are all that it takes."""
    for role in every_role():
        ids = [each.sid for each in role.statements]
        assert len(set(ids)) == len(ids)
        assert all(each.isalnum() for each in ids)
        assert all(_sorted(each) for each in role.statements)


def _sorted(statement: Statement) -> bool:
    return list(statement.actions) == sorted(set(statement.actions))
