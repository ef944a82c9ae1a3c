"""CloudFormation's ``AWS::DLM::LifecyclePolicy``, which moto's CloudFormation does not know.

From that resource in the AWS CloudFormation template reference: its properties are the members of
CreateLifecyclePolicy with ``Tags`` as a list; all are updated without interruption; ``Ref`` is the id of the
policy, and its attributes are ``Arn`` and ``Id``.  What DLM refuses, moto answers as the error of the stack's
own request, where AWS would roll the stack back.
"""

from typing import TYPE_CHECKING, Any

from moto.core.common_models import CloudFormationModel

from emulator import clock, shapes
from emulator.dlm.errors import InvalidRequest, PolicyNotFound
from emulator.errors import NotImplementedByEmulator

if TYPE_CHECKING:
    from emulator.dlm.models import Policy

TYPE = "AWS::DLM::LifecyclePolicy"


def install() -> None:
    """Have moto's CloudFormation know the type."""
    from moto.cloudformation import parsing

    # Both are cached at their first use, which may have been before.
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()


class LifecyclePolicy(CloudFormationModel):
    """A policy as a resource of a stack, which moto finds among the subclasses of its own class."""

    def __init__(self, policy: "Policy", properties: dict[str, Any]) -> None:
        self.physical_resource_id = policy.id
        self.arn = policy.arn
        self.properties = properties

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("Arn", "Id")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        if attribute_name not in ("Arn", "Id"):
            raise _no_such_attribute()
        return self.arn if attribute_name == "Arn" else self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,  # noqa: ARG003
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        properties = cloudformation_json["Properties"]
        with clock.LOCK:
            policy = _backend(account_id, region_name).create(_request("CreateLifecyclePolicy", properties))
        return cls(policy, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,  # noqa: ARG003
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        properties = cloudformation_json["Properties"]
        original_resource.change(properties, _backend(account_id, region_name))
        return original_resource

    def change(self, properties: dict[str, Any], backend: Any) -> None:
        if properties.get("DefaultPolicy") != self.properties.get("DefaultPolicy"):
            raise NotImplementedByEmulator(f"What CloudFormation does with {TYPE} when DefaultPolicy changes")
        with clock.LOCK:
            request = _request("UpdateLifecyclePolicy", {**properties, "PolicyId": self.physical_resource_id})
            tags = request.pop("Tags", None) or {}
            backend.update(request)
            policy = backend.get(self.physical_resource_id)
            gone = _tags(self.properties).keys() - tags.keys()
            policy.tags = {key: value for key, value in policy.tags.items() if key not in gone}
            backend.tag(policy.arn, tags)
        self.properties = properties

    def delete(self, account_id: str, region_name: str) -> None:
        with clock.LOCK:
            try:
                _backend(account_id, region_name).delete(self.physical_resource_id)
            except PolicyNotFound:
                return  # what somebody else has deleted is as the stack wants it

    def is_created(self) -> bool:
        return True


def _no_such_attribute() -> Exception:
    from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

    return UnformattedGetAttTemplateException()


def _backend(account_id: str, region: str) -> Any:
    from emulator.dlm.models import dlm_backends

    return dlm_backends[account_id][region]


def _request(operation: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The request to DLM that CloudFormation makes for the properties of a template.

    :raises InvalidRequest: DLM's service model does not allow it.
    """
    from moto.core.utils import get_service_model

    tags = _tags(properties)
    request = {name: value for name, value in properties.items() if name != "Tags"}
    request |= {"Tags": tags} if tags else {}
    model = get_service_model("dlm").operation_model(operation)
    found = list(shapes.violations(model.input_shape, request))
    if found:
        missing = [violation.path for violation in found if violation.missing]
        raise InvalidRequest("; ".join(map(str, found)), required=missing or None)
    return request


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
