"""What moto's Organizations lacks: policies of the type BACKUP_POLICY, effective policies, and AWS Backup
as a service with a delegated administrator.

"Inheritance syntax and examples for management policy types" in the AWS Organizations User Guide: what holds
for an account are the policies of the root, of the organizational units above it and its own, merged in that
order by the operators ``@@assign``, ``@@append`` and ``@@remove``; a policy limits by
``@@operators_allowed_for_child_policies`` what those further down may do.  Several policies that are attached
at one level are merged in the order in which they were attached.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from moto.core.exceptions import ServiceException

from emulator import backup_policy_syntax, clock

TYPE = "BACKUP_POLICY"
MERGED = (TYPE, "TAG_POLICY", "AISERVICES_OPT_OUT_POLICY")
"""The types that moto has of those that are merged."""

BACKUP = "backup.amazonaws.com"
"""The service principal of AWS Backup, which takes a delegated administrator ("AWS services that you can use
with AWS Organizations")."""

LONGEST = 10_000
"""Characters of a backup policy ("Quotas for AWS Organizations")."""

_ARN = "arn:{0}:organizations::{1}:policy/{2}/backup_policy/{3}"
_CONTROL = "@@operators_allowed_for_child_policies"
_EVERY = frozenset({"@@assign", "@@append", "@@remove"})


class MalformedPolicyDocument(ServiceException):
    """The policy's content is not that of a policy of its type."""

    code = "MalformedPolicyDocumentException"


class DuplicatePolicyAttachment(ServiceException):
    """The policy is attached to the target already."""

    code = "DuplicatePolicyAttachmentException"


class PolicyNotAttached(ServiceException):
    """The policy is not attached to the target."""

    code = "PolicyNotAttachedException"


class EffectivePolicyNotFound(ServiceException):
    """No policy of the type applies to the account."""

    code = "EffectivePolicyNotFoundException"


@dataclass
class _Node:
    """A part of the merged policy: a value, or parts of its own.

    ``allowed`` are the operators that policies further down may use here; ``limits`` what is to become of it
    when the level is done.
    """

    allowed: frozenset[str] = _EVERY
    limits: frozenset[str] | None = None
    value: Any = None
    parts: dict[str, "_Node"] = field(default_factory=dict)

    def merge(self, document: dict[str, Any]) -> None:
        """Merge a policy, or the part of one that is for this node."""
        for key, given in document.items():
            if key == _CONTROL:
                self.limits = _operators(given)
            elif key in _EVERY:
                if key in self.allowed:
                    self._apply(key, given)
            elif isinstance(given, dict) and (key in self.parts or self.allowed == _EVERY):
                self.parts.setdefault(key, _Node(self.allowed)).merge(given)

    def _apply(self, operator: str, given: Any) -> None:
        if operator == "@@assign":
            self.value = given
            return
        present = self.value if isinstance(self.value, list) else [] if self.value is None else [self.value]
        items = given if isinstance(given, list) else [given]
        if operator == "@@append":
            self.value = [*present, *(item for item in items if item not in present)]
        else:
            self.value = [item for item in present if item not in items]

    def end_level(self, inherited: frozenset[str] = _EVERY) -> None:
        """Have what this level's policies allow hold for those further down."""
        self.allowed = self.allowed & inherited & (self.limits if self.limits is not None else _EVERY)
        for part in self.parts.values():
            part.end_level(self.allowed)

    def plain(self) -> Any:
        """The effective policy, without operators."""
        if self.value is not None:
            return self.value
        return {key: part.plain() for key, part in self.parts.items()}


def _operators(given: Any) -> frozenset[str]:
    named = {given} if isinstance(given, str) else set(given)
    return _EVERY if "@@all" in named else frozenset(named & _EVERY)


def merged(levels: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """The effective policy of policies by level, from the root down."""
    root = _Node()
    for policies in levels:
        for document in policies:
            root.merge(document)
        root.end_level()
    effective: dict[str, Any] = root.plain()
    return effective


def install() -> None:
    """Have moto's Organizations keep backup policies, and answer DescribeEffectivePolicy."""
    from moto.organizations.models import FakeDelegatedAdministrator, FakePolicy, OrganizationsBackend
    from moto.organizations.responses import OrganizationsResponse

    if BACKUP not in FakeDelegatedAdministrator.SUPPORTED_SERVICES:
        FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(BACKUP)
    policy: Any = FakePolicy
    backend: Any = OrganizationsBackend
    response: Any = OrganizationsResponse
    policy.__init__ = _making(policy.__init__)
    backend.update_policy = _updating(backend.update_policy)
    backend.attach_policy = _attaching(backend.attach_policy)
    backend.detach_policy = _detaching(backend.detach_policy)
    response.describe_effective_policy = _describe_effective_policy


def _making(make: Callable[..., None]) -> Callable[..., None]:
    @wraps(make)
    def made(self: Any, organization: Any, **settings: Any) -> None:
        if settings.get("Type") != TYPE:
            make(self, organization, **settings)
            return
        _check(settings.get("Content"))
        # moto knows the type, and has no ARN for it.
        make(self, organization, **{**settings, "Type": "TAG_POLICY"})
        self.type = TYPE
        self._arn_format = _ARN

    return made


def _updating(update: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(update)
    def updated(self: Any, **settings: Any) -> Any:
        policy = self.get_policy_by_id(settings["PolicyId"])
        if policy.type == TYPE and "Content" in settings:
            _check(settings["Content"])
        return update(self, **settings)

    return updated


def _attaching(attach: Callable[..., None]) -> Callable[..., None]:
    @wraps(attach)
    def attached(self: Any, **settings: Any) -> None:
        from moto.organizations.exceptions import PolicyTypeNotEnabledException

        policy = self.get_policy_by_id(settings["PolicyId"])
        enabled = {each["Type"] for root in self.ou for each in getattr(root, "policy_types", [])}
        if policy.type == TYPE and TYPE not in enabled:
            raise PolicyTypeNotEnabledException
        if _is_attached(policy, settings["TargetId"]):
            raise DuplicatePolicyAttachment("The policy is already attached to the target.")
        attach(self, **settings)

    return attached


def _detaching(detach: Callable[..., None]) -> Callable[..., None]:
    @wraps(detach)
    def detached(self: Any, **settings: Any) -> None:
        attached = _is_attached(self.get_policy_by_id(settings["PolicyId"]), settings["TargetId"])
        detach(self, **settings)  # which refuses targets that there are not
        if not attached:
            raise PolicyNotAttached("The policy is not attached to the target.")

    return detached


def _is_attached(policy: Any, target_id: str) -> bool:
    return any(each.id == target_id for each in policy.attachments)


def _check(content: str | None) -> None:
    """:raises MalformedPolicyDocument: it is no backup policy, or too long."""
    try:
        document = json.loads(content or "")
    except ValueError as error:
        raise MalformedPolicyDocument(f"The policy is not valid JSON: {error}") from error
    try:
        backup_policy_syntax.check(document)
    except backup_policy_syntax.PolicySyntaxError as fault:
        raise MalformedPolicyDocument(f"The policy is not a backup policy: {fault}") from fault
    if len(content or "") > LONGEST:
        raise MalformedPolicyDocument(f"A backup policy has at most {LONGEST} characters")


def _describe_effective_policy(self: Any) -> str:
    from moto.organizations.exceptions import InvalidInputException, TargetNotFoundException

    backend, kind = self.organizations_backend, self._get_param("PolicyType")
    target = self._get_param("TargetId") or self.current_account
    if kind not in MERGED:
        raise InvalidInputException("You specified an invalid value.")
    account = next((each for each in backend.accounts if each.id == target), None)
    if account is None:
        raise TargetNotFoundException
    levels = [
        [json.loads(policy.content) for policy in holder.attached_policies if policy.type == kind]
        for holder in _above(backend, account)
    ]
    if not any(levels):
        raise EffectivePolicyNotFound(f"No policy of the type {kind} applies to {target}")
    effective = {
        "PolicyContent": json.dumps(merged(levels)),
        "LastUpdatedTimestamp": clock.now().timestamp(),
        "TargetId": target,
        "PolicyType": kind,
    }
    return json.dumps({"EffectivePolicy": effective})


def _above(backend: Any, account: Any) -> list[Any]:
    """The root, the organizational units down to the account, and the account."""
    chain, by_id = [account], {unit.id: unit for unit in backend.ou}
    while getattr(chain[0], "parent_id", None) in by_id:
        chain.insert(0, by_id[chain[0].parent_id])
    return chain
