"""Frameworks of AWS Backup Audit Manager: their definitions.

Their controls are evaluated by rules of AWS Config, which is not emulated; so nothing here says whether a
resource complies.  From "Creating frameworks using the AWS Backup API", "Controls and remediation" and
"Quotas" in the AWS Backup Developer Guide, and Framework in its API reference.
"""

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from emulator import clock
from emulator.backup import timing
from emulator.backup.resources.base import Place
from emulator.backup.tags import Tags
from emulator.errors import AlreadyExists, Conflict, InvalidParameterValue, LimitExceeded, ResourceNotFound

MOST = 15
"""Frameworks of an account in a Region."""

MOST_CONTROLS = 50
"""Controls of all frameworks of an account in a Region together."""

MOST_ROLES = 5
"""IAM roles that the control of manual deletion takes."""

UNITS = ("hours", "days")
LARGEST_FREQUENCY = {"hours": 24, "days": 31}

CONTROLS: dict[str, tuple[str, ...]] = {
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN": (),
    "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK": (
        "requiredFrequencyUnit", "requiredFrequencyValue", "requiredRetentionDays",
    ),
    "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED": ("principalArnList",),
    "BACKUP_RECOVERY_POINT_ENCRYPTED": (),
    "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK": ("requiredRetentionDays",),
    "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION": ("crossRegionList",),
    "BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT": ("crossAccountList",),
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK": ("minRetentionDays", "maxRetentionDays"),
    "BACKUP_LAST_RECOVERY_POINT_CREATED": ("recoveryPointAgeUnit", "recoveryPointAgeValue"),
    "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET": ("maxRestoreTime",),
}  # fmt: skip
"""The controls that can be named in the API, and the parameters of each."""

_NUMBERS = (
    "requiredFrequencyValue", "requiredRetentionDays", "minRetentionDays", "maxRetentionDays",
    "recoveryPointAgeValue", "maxRestoreTime",
)  # fmt: skip

Control = dict[str, Any]


@dataclass
class Framework:
    """A framework; ``changing`` is the deployment status that it has until ``deployed``."""

    name: str
    arn: str
    description: str | None
    controls: list[Control]
    token: str | None
    created: datetime
    changing: str = "CREATE_IN_PROGRESS"
    deployed: datetime = field(default_factory=lambda: clock.now() + timing.job_time())

    @property
    def deployment_status(self) -> str:
        return "COMPLETED" if clock.now() >= self.deployed else self.changing

    def require_deployed(self) -> None:
        """:raises Conflict: an earlier change is under way."""
        if self.deployment_status != "COMPLETED":
            raise Conflict(f"Framework {self.name} is being changed: {self.deployment_status}")

    def summarised(self) -> dict[str, Any]:
        """The framework as ListFrameworks answers it."""
        return {
            "FrameworkName": self.name,
            "FrameworkArn": self.arn,
            "FrameworkDescription": self.description,
            "NumberOfControls": len(self.controls),
            "CreationTime": self.created,
            "DeploymentStatus": self.deployment_status,
        }

    def described(self) -> dict[str, Any]:
        """The framework as DescribeFramework answers it, but for its FrameworkStatus."""
        summary = self.summarised()
        del summary["NumberOfControls"]
        return {**summary, "FrameworkControls": self.controls, "IdempotencyToken": self.token}


class Frameworks:
    """The frameworks of one account in one Region."""

    def __init__(self, place: Place, tags: Tags) -> None:
        self._place = place
        self._tags = tags
        self._frameworks: dict[str, Framework] = {}

    def all(self) -> list[Framework]:
        return list(self._frameworks.values())

    def get(self, name: str) -> Framework:
        """:raises ResourceNotFound: there is no such framework."""
        try:
            return self._frameworks[name]
        except KeyError:
            raise ResourceNotFound(f"Framework {name} does not exist") from None

    def create(
        self,
        name: str,
        description: str | None,
        controls: list[Control],
        token: str | None,
        tags: dict[str, str],
    ) -> Framework:
        """Make a framework.  A repeated ``token`` gives the framework that it made.

        :raises AlreadyExists: there is one of that name, or with the same controls and parameters.
        :raises LimitExceeded: a quota has been reached.
        """
        for framework in self.all():
            if token and framework.token == token and framework.name == name:
                return framework
        if name in self._frameworks:
            raise AlreadyExists(f"Framework {name} already exists", self._frameworks[name].arn)
        self._check(controls, None)
        if len(self._frameworks) >= MOST:
            raise LimitExceeded(f"An account can have {MOST} frameworks in a Region")
        place = self._place
        framework = Framework(
            name=name,
            arn=f"arn:{place.partition}:backup:{place.region}:{place.account}:framework:{name}-{uuid4()}",
            description=description,
            controls=copy.deepcopy(controls),
            token=token,
            created=clock.now(),
        )
        self._tags.add(framework.arn, tags)
        self._frameworks[name] = framework
        return framework

    def update(self, name: str, description: str | None, controls: list[Control] | None) -> Framework:
        """Change what is given.

        :raises Conflict: an earlier change is under way.
        """
        framework = self.get(name)
        framework.require_deployed()
        if controls is not None:
            self._check(controls, framework)
            framework.controls = copy.deepcopy(controls)
        if description is not None:
            framework.description = description
        framework.changing = "UPDATE_IN_PROGRESS"
        framework.deployed = clock.now() + timing.job_time()
        return framework

    def delete(self, name: str) -> None:
        """:raises Conflict: an earlier change is under way."""
        framework = self.get(name)
        framework.require_deployed()
        self._tags.forget(framework.arn)
        del self._frameworks[name]

    def _check(self, controls: list[Control], changed: Framework | None) -> None:
        if not controls:
            raise InvalidParameterValue("A framework has at least one control")
        for control in controls:
            check_control(control)
        others = [framework for framework in self.all() if framework is not changed]
        for framework in others:
            if framework.controls == controls:
                raise AlreadyExists(
                    f"Framework {framework.name} has the same controls and parameters", framework.arn
                )
        if sum(len(framework.controls) for framework in others) + len(controls) > MOST_CONTROLS:
            raise LimitExceeded(f"An account can have {MOST_CONTROLS} controls in a Region")


def check_control(control: Control) -> None:
    """:raises InvalidParameterValue: AWS has no such control, or the control no such parameter or scope."""
    name = control["ControlName"]
    if name not in CONTROLS:
        raise InvalidParameterValue(f"Unknown control: {name}")
    given = {
        item.get("ParameterName") or "": item.get("ParameterValue") or ""
        for item in control.get("ControlInputParameters") or []
    }
    unknown = [parameter for parameter in given if parameter not in CONTROLS[name]]
    if unknown:
        raise InvalidParameterValue(f"Control {name} has no parameter {', '.join(unknown)}")
    for parameter, value in given.items():
        _check_value(name, parameter, value)
    unit = given.get("requiredFrequencyUnit", "days")
    frequency = int(given.get("requiredFrequencyValue", 1))
    if frequency > LARGEST_FREQUENCY[unit]:
        raise InvalidParameterValue(
            f"Control {name}: requiredFrequencyValue is at most {LARGEST_FREQUENCY[unit]} {unit}"
        )
    _check_scope(name, control.get("ControlScope") or {})


def _check_value(control: str, parameter: str, value: str) -> None:
    if parameter in _NUMBERS and not (value.isdecimal() and int(value) >= 1):
        raise InvalidParameterValue(f"Control {control}: {parameter} must be a positive whole number")
    if parameter.endswith("Unit") and value not in UNITS:
        raise InvalidParameterValue(f"Control {control}: {parameter} must be one of {', '.join(UNITS)}")
    if parameter == "principalArnList" and len(value.split(",")) > MOST_ROLES:
        raise InvalidParameterValue(f"Control {control} takes at most {MOST_ROLES} IAM roles")


def _check_scope(control: str, scope: dict[str, Any]) -> None:
    """A scope is by type, by one tag, or one resource (ControlScope in the API reference)."""
    if len(scope.get("Tags") or {}) > 1:
        raise InvalidParameterValue(f"The scope of control {control} has more than one tag")
    if len(scope.get("ComplianceResourceIds") or []) > 1:
        raise InvalidParameterValue(f"The scope of control {control} has more than one resource")


def recording_status(place: Place) -> str:
    """A framework's status by AWS Config's recording: ACTIVE, PARTIALLY_ACTIVE or INACTIVE.

    A recorder that is on and records all supported types is taken to record what every control governs, one
    that records some of them to record a part (DescribeFramework in the AWS Backup API reference).
    """
    from moto.config.models import config_backends

    recorders = config_backends[place.account][place.region].recorders.values()
    on = [recorder for recorder in recorders if recorder.status.recording]
    if not on:
        return "INACTIVE"
    return "ACTIVE" if any(r.recording_group.all_supported for r in on) else "PARTIALLY_ACTIVE"
