"""DLM, answering requests."""

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model

from emulator import shapes
from emulator.dlm.errors import InvalidRequest, PolicyNotFound
from emulator.dlm.models import DlmBackend, Policy, dlm_backends
from emulator.service import ModelledResponse, answer


class DlmResponse(ModelledResponse):
    """A request to DLM."""

    def __init__(self) -> None:
        super().__init__("dlm")

    @property
    def backend(self) -> DlmBackend:
        backend: DlmBackend = dlm_backends[self.current_account][self.region]
        return backend

    def check_request(self, operation_name: str) -> None:
        """:raises InvalidRequest: the request breaks a constraint of the service model.

        :raises PolicyNotFound: for operations that know no InvalidRequestException.
        """
        operation = get_service_model("dlm").operation_model(operation_name)
        found = list(shapes.violations(operation.input_shape, self.params))
        if not found:
            return
        if "InvalidRequestException" not in {error.name for error in operation.error_shapes}:
            raise PolicyNotFound(self.param("PolicyId", ""))
        missing = [violation.path for violation in found if violation.missing]
        raise InvalidRequest("; ".join(map(str, found)), required=missing or None)

    def create_lifecycle_policy(self) -> ActionResult:
        return answer(PolicyId=self.backend.create(self.params).id)

    def get_lifecycle_policy(self) -> ActionResult:
        return answer(Policy=self.backend.get(self.param("PolicyId")).described())

    def get_lifecycle_policies(self) -> ActionResult:
        wanted = self.param("PolicyIds", [])
        policies = [self.backend.get(policy_id) for policy_id in wanted] or list(
            self.backend.policies.values()
        )
        return answer(Policies=[policy.summarised() for policy in policies if self._matches(policy)])

    def update_lifecycle_policy(self) -> ActionResult:
        self.backend.update(self.params)
        return answer()

    def delete_lifecycle_policy(self) -> ActionResult:
        self.backend.delete(self.param("PolicyId"))
        return answer()

    def tag_resource(self) -> ActionResult:
        self.backend.tag(self.param("ResourceArn"), self.param("Tags"))
        return answer()

    def untag_resource(self) -> ActionResult:
        policy = self.backend.by_arn(self.param("ResourceArn"))
        for key in self.param("TagKeys"):
            policy.tags.pop(key, None)
        return answer()

    def list_tags_for_resource(self) -> ActionResult:
        return answer(Tags=self.backend.by_arn(self.param("ResourceArn")).tags)

    def _matches(self, policy: Policy) -> bool:
        details = policy.details
        state, default = self.param("State"), self.param("DefaultPolicyType")
        schedules = details.get("Schedules") or []
        added = {_text(tag) for item in schedules for tag in item.get("TagsToAdd") or []}
        targets = {_text(tag) for tag in details.get("TargetTags") or []}
        types = details.get("ResourceTypes") or [details.get("ResourceType")]
        return (
            (state is None or policy.state == state)
            and (default is None or (policy.default_policy and default in ("ALL", details["ResourceType"])))
            and set(self.param("ResourceTypes", [])) <= set(types)
            and _any(self.param("TargetTags", []), targets)
            and _any(self.param("TagsToAdd", []), added)
        )


def _text(tag: dict[str, str]) -> str:
    """A tag as the filters write it."""
    return f"{tag['Key']}={tag['Value']}"


def _any(wanted: list[str], present: set[str]) -> bool:
    return not wanted or bool(present.intersection(wanted))
