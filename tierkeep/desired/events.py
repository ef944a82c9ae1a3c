"""What a unit tells of failures, what it tries again, and how it backs up for deployments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tierkeep.catalog.events import Events as Asked
from tierkeep.catalog.model import AccessRoles
from tierkeep.desired import event_patterns
from tierkeep.desired.context import TierInUnit
from tierkeep.desired.deployments import TierOnDemand, deployment_machine
from tierkeep.desired.engines import TAGGED_AS, vss_by_backup
from tierkeep.desired.generations import vault_name
from tierkeep.desired.key_roles import key_roles
from tierkeep.desired.model import (
    DeadLetters,
    Engine,
    EventRule,
    Events,
    Key,
    Origin,
    ResourceType,
    Retries,
    Role,
    RolePurpose,
    StateMachine,
    Statement,
    Topic,
    Vault,
    VaultNotifications,
)
from tierkeep.desired.names import Names
from tierkeep.desired.permissions import deployment_statements, retry_statements, starting_statements
from tierkeep.desired.retries import retry_machine
from tierkeep.desired.states import Teller

_BACKUP, _EVENT_BRIDGE, _STEP_FUNCTIONS = (f"{each}.amazonaws.com" for each in ("backup", "events", "states"))
_AT: Origin = ("events",)
_LOGS_KEPT_DAYS = 365
_DEAD_LETTERS_KEPT_DAYS = 14
"""As long as SQS keeps any (SQS developer guide, "Message quotas")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """All that a unit has for its events."""

    keys: tuple[Key, ...] = ()
    roles: tuple[Role, ...] = ()
    machines: tuple[StateMachine, ...] = ()
    events: Events | None = None


def telling(
    asked: Asked | None,
    names: Names,
    access: AccessRoles,
    tiers: Sequence[TierInUnit],
    *,
    vaults: Sequence[Vault],
    snapshots: bool,
    watchers: Sequence[str] = (),
) -> Telling:
    """What a catalog's `events` come to in a unit with these vaults and these tiers that are not retired.

    `snapshots` is whether Data Lifecycle Manager makes any there, `watchers` are services that tell the topic
    besides.
    """
    if asked is None:
        return Telling()
    unit = _Unit(
        asked=asked,
        names=names,
        access=access,
        planned=[each for each in tiers if each.types_of(Engine.BACKUP)] if asked.retry else [],
        on_demand=[each for each in tiers if each.tier.on_demand],
        publishers=tuple(sorted({_BACKUP, _EVENT_BRIDGE, *watchers})),
    )
    notifications = tuple(
        VaultNotifications(vault_name=each.name, events=_of_vault(each.tier, tiers), origin=_AT)
        for each in vaults
    )
    return Telling(
        keys=(unit.key(),),
        roles=tuple(unit.roles()),
        machines=tuple(unit.machines()),
        events=Events(
            topic=unit.topic(),
            dead_letters=unit.dead_letters(),
            rules=tuple(unit.rules(snapshots=snapshots)),
            notifications=notifications,
            ops_items=asked.ops_items,
            retries=unit.again() if unit.planned else None,
        ),
    )


def _of_vault(tier: str, tiers: Sequence[TierInUnit]) -> tuple[str, ...]:
    """What a vault is to publish: that somebody changed a recovery point, and what is lost of a bucket's.

    Not CONTINUOUS_BACKUP_INTERRUPTED, which provider 5.100.0 does not take.
    """
    here = next((each for each in tiers if each.name == tier), None)
    found = {"RECOVERY_POINT_MODIFIED"}
    if here and ResourceType.S3 in here.types_of(Engine.BACKUP):
        found |= {"S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED"}
    return tuple(sorted(found))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """A unit with events, and the tiers that its two state machines are for."""

    asked: Asked
    names: Names
    access: AccessRoles
    planned: Sequence[TierInUnit]
    """Whose failed jobs are tried again; none where the catalog does not ask for that."""
    on_demand: Sequence[TierInUnit]
    publishers: tuple[str, ...]
    """Services that tell the topic."""

    def key(self) -> Key:
        users = frozenset({RolePurpose.RETRIES, RolePurpose.DEPLOYMENTS})
        return Key(
            alias=self.names.alias(self.names.topic),
            description="What is told of backups",
            deletion_window_days=30,
            shared_with=(),
            roles=key_roles(self.access, self.names, users),
            publishers=self.publishers,
            tags=self.names.tags(),
            origin=_AT,
        )

    def topic(self) -> Topic:
        return Topic(
            name=self.names.topic,
            arn=self._topic_arn,
            key_alias=self.names.alias(self.names.topic),
            publishers=self.publishers,
            emails=tuple(sorted(set(self.asked.emails))),
            tags=self.names.tags(),
            origin=_AT,
        )

    def dead_letters(self) -> DeadLetters:
        name = self.names.dead_letters
        return DeadLetters(
            name=name,
            arn=self.names.arn("sqs", name),
            key_alias=self.names.alias(self.names.topic),
            kept_days=_DEAD_LETTERS_KEPT_DAYS,
            tags=self.names.tags(),
            origin=_AT,
        )

    def rules(self, *, snapshots: bool) -> Iterator[EventRule]:
        """The rules that tell of failures, and those that start the state machines."""
        failed, incomplete = event_patterns.failed_jobs(), event_patterns.incomplete_jobs()
        yield self._rule("failed-jobs", "Jobs of AWS Backup that came to nothing", failed)
        yield self._rule("incomplete-jobs", "Jobs of AWS Backup that are complete in part", incomplete)
        if snapshots:
            pattern = event_patterns.failed_snapshots()
            yield self._rule("failed-snapshots", "Snapshots and policies of snapshots that failed", pattern)
        if self.planned:
            pattern = event_patterns.retried_jobs(self._backup_role_arn)
            yield self._rule(
                "retries", "Failed jobs of plans, to be started again", pattern, RolePurpose.RETRIES
            )
        for tier in self.on_demand:
            yield from self._of_deployments(tier)

    def machines(self) -> Iterator[StateMachine]:
        retry, teller = self.asked.retry, self._teller
        if self.planned and retry:
            seconds = retry.after.minutes * 60
            definition = retry_machine(
                teller,
                attempts=retry.attempts,
                after_seconds=seconds,
                windows_vss=any(vss_by_backup(each.tier) for each in self.planned),
            )
            yield self._machine(RolePurpose.RETRIES, definition, ("events", "retry"))
        if self.on_demand:
            definition = deployment_machine(teller, [self._on_demand(each) for each in self.on_demand])
            yield self._machine(RolePurpose.DEPLOYMENTS, definition, _AT)

    def again(self) -> Retries | None:
        """How what failed is started again."""
        retry = self.asked.retry
        if retry is None:
            return None
        return Retries(attempts=retry.attempts, after_minutes=retry.after.minutes, origin=("events", "retry"))

    def roles(self) -> Iterator[Role]:
        machines = [each.arn for each in self.machines()]
        ops_items = self.asked.ops_items
        if machines:
            yield self._role(RolePurpose.EVENTS, _EVENT_BRIDGE, starting_statements(machines))
        if self.planned:
            copied = {
                each for tier in self.planned if tier.destinations for each in tier.types_of(Engine.BACKUP)
            }
            statements = retry_statements(
                self.names,
                role_arn=self._backup_role_arn,
                vaults=[vault_name(each) for each in self.planned],
                types=copied,
                ops_items=ops_items,
            )
            yield self._role(RolePurpose.RETRIES, _STEP_FUNCTIONS, statements)
        if self.on_demand:
            vaults = [vault_name(each) for each in self.on_demand]
            statements = deployment_statements(
                self.names, role_arn=self._backup_role_arn, vaults=vaults, ops_items=ops_items
            )
            yield self._role(RolePurpose.DEPLOYMENTS, _STEP_FUNCTIONS, statements)

    def _of_deployments(self, tier: TierInUnit) -> Iterator[EventRule]:
        asked = tier.tier.on_demand
        if asked is None:
            return
        for moment in sorted(set(asked.on)):
            pattern = event_patterns.deployments(
                tier.name, moment, codedeploy=asked.codedeploy, codepipeline=asked.codepipeline
            )
            yield self._rule(
                f"{tier.name}-{moment}",
                f"Backs up tier {tier.name} {moment.replace('-', ' a ')}",
                pattern,
                RolePurpose.DEPLOYMENTS,
                {"tier": tier.name, "moment": moment},
                origin=(*tier.origin, "on_demand"),
            )

    def _rule(
        self,
        name: str,
        description: str,
        pattern: event_patterns.Pattern,
        machine: RolePurpose | None = None,
        given: dict[str, str] | None = None,
        origin: Origin = _AT,
    ) -> EventRule:
        full_name = f"{self.names.catalog}-{name}"
        return EventRule(
            name=full_name,
            arn=self.names.arn("events", f"rule/{full_name}"),
            description=description,
            pattern=json.dumps(pattern),
            target_arn=self._machine_arn(machine) if machine else self._topic_arn,
            role_arn=self.names.role_arn(self.names.role(RolePurpose.EVENTS)) if machine else None,
            input=json.dumps(given) if given else None,
            tags=self.names.tags(),
            origin=origin,
        )

    def _machine(self, purpose: RolePurpose, definition: dict[str, object], origin: Origin) -> StateMachine:
        name = self.names.machine(purpose)
        return StateMachine(
            name=name,
            arn=self._machine_arn(purpose),
            description=str(definition["Comment"]),
            definition=json.dumps(definition),
            role_arn=self.names.role_arn(self.names.role(purpose)),
            log_group=self.names.machine_logs(name),
            log_retention_days=_LOGS_KEPT_DAYS,
            tags=self.names.tags(),
            origin=origin,
        )

    def _on_demand(self, tier: TierInUnit) -> TierOnDemand:
        asked = tier.tier.on_demand
        (tag,) = tier.resource_tags
        return TierOnDemand(
            tier=tier.name,
            vault_name=vault_name(tier),
            role_arn=self._backup_role_arn,
            resource_tag=tag,
            resource_types=tuple(TAGGED_AS[each] for each in tier.types),
            windows_vss=vss_by_backup(tier.tier),
            delete_after_days=asked.keep.days if asked else 0,
            start_window_minutes=tier.start_window_minutes,
            completion_window_minutes=tier.completion_window_minutes,
            recovery_point_tags=self.names.tags(tier.name, schedule="on-demand"),
        )

    def _role(self, purpose: RolePurpose, service: str, statements: tuple[Statement, ...]) -> Role:
        name, boundary = self.names.role(purpose), self.access.permissions_boundary
        return Role(
            name=name,
            arn=self.names.role_arn(name),
            purpose=purpose,
            service=service,
            managed_policy_arns=(),
            statements=statements,
            boundary_arn=self.names.policy_arn(boundary) if boundary else None,
            tags=self.names.tags(),
            origin=_AT,
        )

    @property
    def _teller(self) -> Teller:
        return Teller(
            partition=self.names.partition, topic_arn=self._topic_arn, ops_items=self.asked.ops_items
        )

    @property
    def _topic_arn(self) -> str:
        return self.names.arn("sns", self.names.topic)

    @property
    def _backup_role_arn(self) -> str:
        return self.names.role_arn(self.names.role(RolePurpose.BACKUP))

    def _machine_arn(self, purpose: RolePurpose) -> str:
        return self.names.arn("states", f"stateMachine:{self.names.machine(purpose)}")
