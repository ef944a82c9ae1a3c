"""Rules of vaults, and of what is copied into them."""

from emulator import key_policies
from emulator.backup import keys, permissions, tags, vault_policies, vaults
from emulator.backup.legal_holds import LegalHolds
from emulator.documented.rule import (
    API,
    COPIES,
    EBS,
    GAPPED,
    GUIDE,
    HOLDS,
    KNOWLEDGE,
    LOCK,
    QUOTAS,
    Rule,
    left_out,
    refused,
)  # fmt: skip

VAULTS: dict[str, tuple[Rule, ...]] = {
    "Copies and keys": (
        Rule(
            "A copy into another account needs the organization, its setting, and the vault's policy",
            COPIES,
            permissions.check_copy,
            "test_emulator_cross_account.py::test_copies_that_fail",
        ),
        Rule(
            "What an AWS managed key encrypts is not copied to another account",
            f"{GUIDE}, Encryption",
            permissions.check_copy,
            "test_emulator_cross_account.py::test_keys_of_aws_cannot_cross_accounts",
        ),
        Rule(
            "Nothing is restored or copied under a key that is disabled or about to be deleted",
            "AWS KMS Developer Guide, Key states of AWS KMS keys",
            keys.refusal,
            "test_emulator_safekeeping.py::test_nothing_is_restored_or_copied_under_an_unusable_key",
        ),
        Rule(
            "A vault's key exists",
            f"{API}, CreateBackupVault",
            keys.require,
            "test_emulator_vaults.py::test_a_vault_is_refused_a_key_that_does_not_exist",
        ),
        Rule(
            "The key of what is copied to another account lets the destination's service-linked role decrypt",
            f"{KNOWLEDGE}, Given key ID not accessible",
            permissions.check_copy,
            "test_emulator_key_policies.py::test_key_policies_that_do_not",
        ),
        Rule(
            "Of a type that AWS Backup fully manages that is the vault's key, otherwise the resource's",
            f"{KNOWLEDGE}, Given key ID not accessible",
            permissions.check_copy,
            "test_emulator_key_policies.py::test_of_a_fully_managed_type_the_vaults_key_is_shared",
        ),
        Rule(
            "The key of the vault that is copied into lets the destination's service-linked role encrypt",
            f"{GUIDE}, Encryption",
            permissions.check_copy,
            "test_emulator_key_policies.py::test_the_destinations_key_must_let_the_destinations_role_encrypt",
        ),
        Rule(
            "In a copy within an account, both keys let the job's role use them",
            f"{GUIDE}, Encryption",
            permissions.check_copy,
            "test_emulator_key_policies.py::test_into_another_region_the_jobs_role_uses_both_keys",
        ),
        Rule(
            "Copies of DLM need both keys, those of shared snapshots the key of the account that shares",
            f"{EBS}, Share the KMS key used to encrypt a shared Amazon EBS snapshot",
            key_policies.Use.may_read,
            "test_emulator_key_policies.py::test_a_shared_snapshot_is_copied_by_who_its_key_is_shared_with",
        ),
        left_out(
            "A key's policy admits who makes a backup or restores one",
            f"{GUIDE}, Encryption",
            "only copies are looked at",
        ),
        left_out(
            "Copies stay within their partition",
            f"{GUIDE}, Feature availability by resource",
            "an emulator has one partition at a time",
        ),
    ),
    "Vaults, locks, holds": (
        refused("There are 300 vaults in a Region", QUOTAS, vaults.Vaults.create, "vault-quota"),
        Rule(
            "A vault with recovery points is not deleted",
            f"{API}, DeleteBackupVault",
            vaults.Vaults.delete,
            "test_emulator_vaults.py::test_a_vault_with_recovery_points_is_not_deleted",
        ),
        Rule(
            "A grace time is at least 3 days; retentions 1 to 36,500 days",
            LOCK,
            vaults.Vaults.lock,
            "test_emulator_vaults.py::test_lock_limits",
        ),
        refused(
            "A lock in compliance mode is not changed after its grace time",
            LOCK,
            vaults.Vaults.unlock,
            "lock-put-after-grace",
            "lock-delete-after-grace",
        ),
        Rule(
            "Jobs with a retention outside the lock's limits fail; what is kept stays",
            LOCK,
            vaults.Lock.refusal,
            "test_emulator_vaults.py::test_a_locked_vault_keeps_what_it_has_and_fails_jobs_outside_its_limits",
        ),
        refused(
            "An air-gapped vault keeps at least 7 days, and is locked for good",
            GAPPED,
            vaults.Vaults.create_air_gapped,
            "air-gapped-minimum",
            "air-gapped-maximum",
            "air-gapped-locked",
            "air-gapped-backup",
        ),
        refused(
            "What is under a legal hold is not deleted",
            HOLDS,
            LegalHolds.holding,
            "hold-delete",
            "hold-cancel-twice",
            "hold-dates",
        ),
        Rule(
            "A legal hold delays the end of a lifecycle",
            HOLDS,
            LegalHolds.cancel,
            "test_emulator_safekeeping.py::test_a_hold_delays_the_end_of_a_recovery_point",
        ),
        refused(
            "A vault's policy denies operations on it",
            f"{GUIDE}, Vault access policies",
            vault_policies.check,
            "policy-denies",
        ),
        Rule(
            "A resource has at most 50 tags, none beginning with aws:",
            QUOTAS,
            tags.check,
            "test_emulator_vaults.py::test_tags_are_read_and_changed_by_arn",
        ),
        left_out(
            "A vault holds at most 1,000,000 recovery points",
            QUOTAS,
            "no emulator of this kind would reach it",
        ),
        Rule(
            "Snapshots and images get into an air-gapped vault only under a customer managed key",
            GAPPED,
            permissions.check_copy,
            "test_emulator_air_gapped.py::test_snapshots_need_a_key_of_the_customers",
        ),
        Rule(
            "An air-gapped vault has a key that AWS owns, and takes copies from other accounts all the same",
            GAPPED,
            permissions.check_copy,
            "test_emulator_air_gapped.py::test_a_copy_arrives_from_another_account",
        ),
        left_out(
            "What lies in an air-gapped vault has an ARN of AWS Backup's, whatever its type",
            GAPPED,
            "restores find a snapshot by the ARN that its service gave it",
        ),
        left_out(
            "An air-gapped vault is shared through AWS RAM or restored from with approval (MPA)",
            GAPPED,
            "neither service is emulated: these operations answer NotImplemented",
        ),
        left_out(
            "Not every type goes into an air-gapped vault",
            f"{GUIDE}, Feature availability by resource",
            "the table changes with each Region and month; every type that is copied at all goes in",
        ),
        left_out(
            "What a legal hold without a selection holds",
            f"{API}, CreateLegalHold",
            "not documented; such a request answers NotImplemented",
        ),
    ),
}
