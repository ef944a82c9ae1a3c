"""Reads IAM roles with all that decides what they may do."""

from collections.abc import Iterator, Mapping
from typing import Any

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import RoleForm, TagMap
from tierkeep.validate.scope import Scope
from tierkeep.validate.unread import Unread, attempt


def read_roles(session: UnitSession, scope: Scope) -> Mapping[str, RoleForm | Unread]:
    """The roles of the scope that exist."""
    roles: dict[str, RoleForm | Unread] = {}
    for name in sorted(scope.roles):
        try:
            role = session.call("iam", "get_role", RoleName=name)["Role"]
        except AwsError as error:
            if not error.not_found:
                roles[name] = Unread.because(error)
        else:
            roles[name] = _role_form(role, attempt(_policies, session, name))
    return roles


def _role_form(role: Mapping[str, Any], policies: Mapping[str, TagMap | Unread] | Unread) -> RoleForm:
    return RoleForm(
        arn=role["Arn"],
        trust=normal.policy(role.get("AssumeRolePolicyDocument")),
        policies=policies,
        boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        tags=normal.tag_list(role.get("Tags")),
    )


def _policies(session: UnitSession, role: str) -> Mapping[str, TagMap | Unread]:
    """All policies of a role: inline ones by name, attached ones by ARN."""
    return {**dict(_inline(session, role)), **dict(_attached(session, role))}


def _inline(session: UnitSession, role: str) -> Iterator[tuple[str, TagMap | Unread]]:
    for name in session.pages("iam", "list_role_policies", "PolicyNames", RoleName=role):
        answer = attempt(session.call, "iam", "get_role_policy", RoleName=role, PolicyName=name)
        yield name, answer if isinstance(answer, Unread) else normal.policy(answer["PolicyDocument"])


def _attached(session: UnitSession, role: str) -> Iterator[tuple[str, TagMap | Unread]]:
    for policy in session.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role):
        arn = policy["PolicyArn"]
        yield arn, {} if ":iam::aws:" in arn else attempt(_document, session, arn)


def _document(session: UnitSession, arn: str) -> TagMap:
    """What a policy of the account says in the version that is in force."""
    version = session.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = session.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    return normal.policy(answer["PolicyVersion"]["Document"])
