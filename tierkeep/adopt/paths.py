"""Where each thing stands in its stack: the construct paths that `modules/` give, which are a contract.

Written down here once more, since nothing of Tierkeep but the stacks may know cdktf; a test holds that the
stacks have a resource at every one of these paths, and no other that could be adopted.
"""

from __future__ import annotations

from tierkeep.desired.model import (
    BackupPlan,
    Key,
    PolicyResource,
    Role,
    Selection,
    SharedCopyPolicy,
    SnapshotPolicy,
    UnitId,
    Vault,
)


def stack(unit: UnitId) -> str:
    """The name of a unit's stack."""
    return f"{unit.account}-{unit.region}"


def key(of: Key) -> str:
    """The key itself."""
    return f"key-{of.alias.removeprefix('alias/')}/key"


def alias(of: Key) -> str:
    """The key's alias."""
    return f"key-{of.alias.removeprefix('alias/')}/alias"


def vault(of: Vault) -> str:
    """The vault itself."""
    return f"{_of_vault(of)}/vault"


def vault_policy(of: Vault) -> str:
    """The vault's access policy."""
    return f"{_of_vault(of)}/policy"


def _of_vault(of: Vault) -> str:
    return f"air-gapped-vault-{of.name}" if of.air_gapped else f"vault-{of.name}"


def lock(of: Vault) -> str:
    """The vault's lock."""
    return f"vault-{of.name}/lock"


def plan(of: BackupPlan) -> str:
    """The plan itself."""
    return f"plan-{of.name}/plan"


def selection(of: BackupPlan, selected: Selection) -> str:
    """One selection of a plan."""
    return f"plan-{of.name}/selection-{selected.name}"


def snapshot_policy(of: SnapshotPolicy | SharedCopyPolicy) -> str:
    """A snapshot policy of Data Lifecycle Manager, or the stack of CloudFormation that holds it."""
    by_stack = isinstance(of, SnapshotPolicy) and of.resource is PolicyResource.STACK
    return f"snapshots-{of.name}/{'stack' if by_stack else 'policy'}"


def role(of: Role) -> str:
    """The role itself. Its policies need no adopting: AWS puts them over those that are there."""
    return f"role-{of.purpose}/role"
