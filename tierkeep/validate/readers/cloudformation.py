"""Reads stacks of CloudFormation, for those that hold a snapshot policy (docs/adr/0012)."""

from collections.abc import Mapping

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import StackForm
from tierkeep.validate.readers.dlm import policy_form
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread

_OF_CREATION = ("DisableRollback", "TimeoutInMinutes")
POLICY_TYPE = "AWS::DLM::LifecyclePolicy"


def read_stacks(session: UnitSession, scope: Scope) -> Mapping[str, StackForm | Unread]:
    """The stacks of the scope that exist, with the snapshot policy of each that holds one."""
    stacks: dict[str, StackForm | Unread] = {}
    for name in sorted(scope.stacks):
        try:
            stacks[name] = _read_stack(session, name)
        except AwsError as error:
            if not _missing(error):
                stacks[name] = Unread.because(error)
    return stacks


def _missing(error: AwsError) -> bool:
    """CloudFormation has no error code of its own for a stack that does not exist."""
    return error.code == "ValidationError" and "does not exist" in error.message


def _read_stack(session: UnitSession, name: str) -> StackForm:
    (stack,) = session.call("cloudformation", "describe_stacks", StackName=name)["Stacks"]
    listed = session.call("cloudformation", "describe_stack_resources", StackName=name)["StackResources"]
    resources = {each["LogicalResourceId"]: each["ResourceType"] for each in listed}
    ids = [each.get("PhysicalResourceId") for each in listed if each["ResourceType"] == POLICY_TYPE]
    policy = None
    if len(ids) == 1 and ids[0]:
        policy = policy_form(session.call("dlm", "get_lifecycle_policy", PolicyId=ids[0])["Policy"])
    return StackForm(
        status=stack["StackStatus"],
        resources=resources,
        policy=policy,
        settings=normal.other_settings({each: stack.get(each) for each in _OF_CREATION}),
        tags=normal.tag_list(stack.get("Tags")),
    )
