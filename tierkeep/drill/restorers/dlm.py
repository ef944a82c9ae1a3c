"""What types that Data Lifecycle Manager backs up have in common: how its policies' work is found."""

from __future__ import annotations

from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.drill.errors import NothingToRestoreError
from tierkeep.drill.scope import Scope

CALLS = ("dlm:GetLifecyclePolicies",)

_POLICY_TAG = "tierkeep:policy"
"""The tag of a policy by which the catalog knows it."""
_MADE_BY = "aws:dlm:lifecycle-policy-id"
"""The tag by which Data Lifecycle Manager says which of its policies made something (EBS user guide)."""


def made_by(session: UnitSession, scope: Scope, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The filter of EC2 for what these policies made.

    Raises `NothingToRestoreError` if there is none of them, and `AwsError`.
    """
    policies = [
        each["PolicyId"]
        for each in session.pages("dlm", "get_lifecycle_policies", "Policies")
        if (each.get("Tags") or {}).get(_POLICY_TAG) in names
    ]
    if not policies:
        raise NothingToRestoreError(
            f"Data Lifecycle Manager in {scope.unit} has none of the policies of tier {scope.tier!r} "
            f"({', '.join(names)}): nothing makes what could be restored"
        )
    return [{"Name": f"tag:{_MADE_BY}", "Values": policies}]
