"""Rules of copies to other accounts, where much that AWS needs stands outside of a catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tierkeep.desired.model import BackupPlan, CopyAction, DesiredState, DesiredUnit, Engine, Protection
from tierkeep.desired.support import type_support
from tierkeep.rules.registry import Severity, Violation, rule
from tierkeep.rules.walk import of_tier, rules_of_plans


@dataclass(frozen=True, kw_only=True, slots=True)
class _Crossing:
    """A copy that leaves its account."""

    unit: DesiredUnit
    plan: BackupPlan
    copy: CopyAction

    @property
    def to(self) -> str:
        return str(self.copy.destination)

    @property
    def copied(self) -> list[Protection]:
        """The types whose backups are copied."""
        return [
            each
            for each in self.unit.protections
            if each.tier == self.plan.tier and each.engine is Engine.BACKUP
        ]


def _crossings(state: DesiredState) -> Iterator[_Crossing]:
    for unit in state.units:
        for plan in unit.plans:
            for each in plan.rules:
                for copy in each.copies:
                    if copy.destination.account != unit.id.account:
                        yield _Crossing(unit=unit, plan=plan, copy=copy)


@rule(
    "TK067",
    title="Copies to another account need a customer-managed key",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, encryption, create-cross-account-backup; read 2026-11",
)
def customer_managed(state: DesiredState) -> Iterator[Violation]:
    """No other account can be let use an AWS-managed key: its policy cannot be changed. AWS Backup takes the
    plan all the same, and every copy job fails later. Of copies in air-gapped vaults TK097 tells.

    Breaks it: `encryption: aws-managed` with `copy_to: { vaults/eu-west-1: {} }`
    Keeps it: `encryption: customer-managed` with `copy_to: { vaults/eu-west-1: {} }`
    """
    for each in _crossings(state):
        if not each.copy.air_gapped and not all(
            protection.customer_managed_key for protection in each.copied
        ):
            yield Violation(
                origin=of_tier(each.plan.tier, "encryption"),
                message=f"nothing under an AWS-managed key can be copied to {each.to}: another account",
                hint="write `encryption: customer-managed`",
            )


@rule(
    "TK068",
    title="Backups of databases go to another account or to another Region, not to both in one copy",
    severity=Severity.ERROR,
    source="AWS Backup developer guide, recov-point-create-a-copy; read 2026-11",
    waivable=True,  # AWS takes the plan, and lifts such limits in time
)
def one_step_at_a_time(state: DesiredState) -> Iterator[Violation]:
    """For aurora and rds the guide knows copies across accounts and copies across Regions, "due to how those
    services create their encryption keys", but none that does both: the copy job fails. Where one of your own
    has shown otherwise since, waive the rule.

    Breaks it: `protects: { rds: {} }` in eu-west-1 with `copy_to: { vaults/eu-central-1: {} }`
    Keeps it: `protects: { rds: {} }` in eu-west-1 with `copy_to: { vaults/eu-west-1: {} }`
    """
    for each in _crossings(state):
        home = each.unit.id.region
        for protection in each.copied:
            far = each.copy.destination.region != home
            if far and not type_support()[protection.resource_type].far_copies:
                yield Violation(
                    origin=each.copy.origin,
                    message=(
                        f"{protection.resource_type} in {home} cannot be copied to another account and "
                        f"another Region in one step: {each.to}"
                    ),
                    hint=f"copy to {each.copy.destination.account}/{home}, or to "
                    f"{each.copy.destination.region} in the same account",
                )


@rule(
    "TK069",
    title="A tier copies to each destination once",
    severity=Severity.ERROR,
    source="design: which of two sets of terms holds, nobody could tell",
    waivable=False,
)
def each_once(state: DesiredState) -> Iterator[Violation]:
    """A Region and the same Region with the account's own name are one destination.

    Breaks it: `copy_to: { eu-west-2: {}, one/eu-west-2: {} }` in a tier of account `one`
    Keeps it: `copy_to: { eu-west-2: {} }`
    """
    for _, each in rules_of_plans(state):
        counts = Counter(copy.destination_vault_arn for copy in each.copies)
        for copy in each.copies:
            if counts[copy.destination_vault_arn] > 1:
                yield Violation(
                    origin=copy.origin,
                    message=f"this copies to {copy.destination}, as another entry of `copy_to` does",
                    hint="keep one of them",
                )


@rule(
    "TK070",
    title="Copies to another account need more than a catalog can say",
    severity=Severity.NOTICE,
    source="AWS Backup developer guide, create-cross-account-backup, encryption; read 2026-11",
)
def needs_organisation(state: DesiredState) -> Iterator[Violation]:
    """Both accounts must belong to one organisation, whose management account has turned on cross-account
    backup. Vaults and their keys are Tierkeep's and admit the copies. Backups of aurora, ebs, ec2 and rds
    keep the key of their source: it must be customer-managed, and its policy must admit the other account.

    Breaks it: `copy_to: { vaults/eu-west-1: {} }`
    Keeps it: `copy_to: { eu-west-1: {} }`
    """
    for each in _crossings(state):
        kept = sorted(
            protection.resource_type
            for protection in each.copied
            if not type_support()[protection.resource_type].own_encryption
        )
        sources = f"; let it use the keys of your {', '.join(kept)}, customer-managed ones" if kept else ""
        yield Violation(
            origin=each.copy.origin,
            message=f"copies to {each.to} need one organisation, with cross-account backup turned on",
            hint=f"turn it on in the organisation's management account{sources}",
        )
