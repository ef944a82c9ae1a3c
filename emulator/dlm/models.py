"""The state of DLM: one :class:`DlmBackend` for each account and Region."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from emulator import clock
from emulator.dlm import defaults, validation
from emulator.dlm.errors import InvalidRequest, LimitExceeded, PolicyNotFound
from emulator.dlm.policy_runs import PolicyRuns

MOST_POLICIES = 100
"""Custom policies of an account in a Region ("Quotas" in the Amazon EBS User Guide)."""

MOST_TAGS = 45
"""Tags on a policy ("Quotas" in the Amazon EBS User Guide)."""

SHORT_FORM = (
    "CreateInterval",
    "RetainInterval",
    "CopyTags",
    "ExtendDeletion",
    "CrossRegionCopyTargets",
    "Exclusions",
)
"""What a request may say of a default policy either beside PolicyDetails or in it."""


@dataclass
class Policy:
    """A lifecycle policy; ``details`` has DLM's defaults filled in."""

    id: str
    arn: str
    description: str
    state: str
    role_arn: str
    details: dict[str, Any]
    default_policy: bool
    tags: dict[str, str]
    status_message: str | None = None
    created: datetime = field(default_factory=clock.now)
    modified: datetime = field(default_factory=clock.now)

    def summarised(self) -> dict[str, Any]:
        """The policy as GetLifecyclePolicies answers it."""
        return {
            "PolicyId": self.id,
            "Description": self.description,
            "State": self.state,
            "Tags": self.tags,
            "PolicyType": self.details["PolicyType"],
            "DefaultPolicy": self.default_policy,
        }

    def described(self) -> dict[str, Any]:
        """The policy as GetLifecyclePolicy answers it."""
        return {
            **self.summarised(),
            "StatusMessage": self.status_message or self.state,
            "ExecutionRoleArn": self.role_arn,
            "DateCreated": self.created,
            "DateModified": self.modified,
            "PolicyDetails": self.details,
            "PolicyArn": self.arn,
        }


class DlmBackend(BaseBackend):
    """DLM of one account in one Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.agenda = clock.Agenda()
        self.policies: dict[str, Policy] = {}
        self._runs = PolicyRuns(self)
        self.fail = self._runs.fail
        self.count = self._runs.count

    def reset(self) -> None:
        self.agenda.clear()
        super().reset()

    def ec2(self, region: str) -> Any:
        """moto's EC2 of the account in ``region``."""
        from moto.ec2.models import ec2_backends

        return ec2_backends[self.account_id][region]

    def create(self, request: dict[str, Any]) -> Policy:
        """Make the policy that a request to CreateLifecyclePolicy asks for.

        :raises InvalidRequest: DLM does not take it.
        :raises LimitExceeded: there are too many policies, or a default policy of that type.
        """
        default = request.get("DefaultPolicy")
        self._check_room(default)
        details = self._default(request, default) if default else self._custom(request)
        policy_id = f"policy-0{secrets.token_hex(8)}"
        policy = Policy(
            id=policy_id,
            arn=f"arn:{self.partition}:dlm:{self.region_name}:{self.account_id}:policy/{policy_id}",
            description=request["Description"],
            state=request["State"],
            role_arn=request["ExecutionRoleArn"],
            details=details,
            default_policy=bool(default),
            tags=_checked({}, request.get("Tags") or {}),
        )
        self.policies[policy_id] = policy
        self._runs.enter(policy)
        return policy

    def update(self, request: dict[str, Any]) -> None:
        """Change what a request to UpdateLifecyclePolicy gives; PolicyDetails replaces the whole of it."""
        policy = self.get(request["PolicyId"])
        details = policy.details
        if policy.default_policy:
            details = {**details, **_short_form(request)}
            _check_default(details)
        elif request.get("PolicyDetails"):
            given = request["PolicyDetails"]
            if (given.get("PolicyType") or "EBS_SNAPSHOT_MANAGEMENT") != details["PolicyType"]:
                raise InvalidRequest("A policy's type cannot be changed")
            details = _custom_details({**given, "PolicyType": details["PolicyType"]})
        policy.details = details
        policy.description = request.get("Description") or policy.description
        if request.get("State"):
            policy.state = request["State"]
            policy.status_message = None
        policy.role_arn = request.get("ExecutionRoleArn") or policy.role_arn
        policy.modified = clock.now()
        self._runs.enter(policy)

    def get(self, policy_id: str) -> Policy:
        """:raises PolicyNotFound: there is no such policy."""
        try:
            return self.policies[policy_id]
        except KeyError:
            raise PolicyNotFound(policy_id) from None

    def delete(self, policy_id: str) -> None:
        """:raises PolicyNotFound: there is no such policy."""
        policy = self.policies.pop(self.get(policy_id).id)
        self._runs.enter(policy)

    def by_arn(self, arn: str) -> Policy:
        """:raises PolicyNotFound: there is no such policy."""
        policy = self.policies.get(arn.rpartition("/")[2])
        if policy is None or policy.arn != arn:
            raise PolicyNotFound(arn)
        return policy

    def tag(self, arn: str, tags: dict[str, str]) -> None:
        """:raises InvalidRequest: the policy would have too many tags, or such that are AWS's own."""
        policy = self.by_arn(arn)
        policy.tags = _checked(policy.tags, tags)

    def _check_room(self, default: str | None) -> None:
        if default and any(
            p.default_policy and p.details["ResourceType"] == default for p in self.policies.values()
        ):
            raise LimitExceeded(f"There is already a default policy for {default}")
        if not default and sum(not p.default_policy for p in self.policies.values()) >= MOST_POLICIES:
            raise LimitExceeded(f"An account can have {MOST_POLICIES} policies in a Region")

    def _custom(self, request: dict[str, Any]) -> dict[str, Any]:
        if not request.get("PolicyDetails"):
            raise InvalidRequest("PolicyDetails is missing", required=["PolicyDetails"])
        given = sorted(_short_form(request, in_details=False))
        if given:
            raise InvalidRequest(f"{', '.join(given)}: for default policies only", required=["DefaultPolicy"])
        return _custom_details(request["PolicyDetails"])

    def _default(self, request: dict[str, Any], resource_type: str) -> dict[str, Any]:
        details = request.get("PolicyDetails") or {}
        both = sorted(_short_form(request, in_details=False).keys() & details.keys())
        if both:
            raise InvalidRequest(f"{', '.join(both)}: given twice", exclusive=["PolicyDetails", *both])
        filled = defaults.default_details(resource_type, _short_form(request))
        _check_default(filled)
        return filled


def _custom_details(details: dict[str, Any]) -> dict[str, Any]:
    details = {name: value for name, value in details.items() if value is not None}
    if details.get("PolicyLanguage") == "SIMPLIFIED":
        raise InvalidRequest("PolicyLanguage SIMPLIFIED is for default policies", required=["DefaultPolicy"])
    validation.check_details(details)
    return defaults.custom_details(details)


def _short_form(request: dict[str, Any], *, in_details: bool = True) -> dict[str, Any]:
    places = [request.get("PolicyDetails") or {}, request] if in_details else [request]
    return {name: place[name] for place in places for name in SHORT_FORM if place.get(name) is not None}


def _check_default(details: dict[str, Any]) -> None:
    """The limits of a default policy: CreateInterval, RetainInterval and Exclusions (DLM API reference)."""
    create, retain = details["CreateInterval"], details["RetainInterval"]
    if not 1 <= create <= 7:
        raise InvalidRequest("CreateInterval must be between 1 and 7 days")
    if not 2 <= retain <= 14 or retain <= create:
        raise InvalidRequest("RetainInterval must be between 2 and 14 days and greater than CreateInterval")
    exclusions = details.get("Exclusions") or {}
    of_volumes = [name for name in ("ExcludeBootVolumes", "ExcludeVolumeTypes") if exclusions.get(name)]
    if of_volumes and details["ResourceType"] != "VOLUME":
        raise InvalidRequest(f"{', '.join(of_volumes)}: for default policies for EBS snapshots only")


def _checked(present: dict[str, str], added: dict[str, str]) -> dict[str, str]:
    if any(key.lower().startswith("aws:") for key in added):
        raise InvalidRequest("Tag keys must not begin with aws:")
    together = {**present, **added}
    if len(together) > MOST_TAGS:
        raise InvalidRequest(f"A policy can have {MOST_TAGS} tags")
    return together


dlm_backends = BackendDict(DlmBackend, "dlm")
