"""Who of its own account administers a key, and who uses it, where a catalog keeps the two apart."""

from __future__ import annotations

from tierkeep.catalog.model import AccessRoles
from tierkeep.desired.model import KeyRoles, RolePurpose
from tierkeep.desired.names import Names

_OF_BACKUPS = frozenset({RolePurpose.BACKUP, RolePurpose.RESTORE, RolePurpose.SNAPSHOTS})


def key_roles(
    access: AccessRoles, names: Names, users: frozenset[RolePurpose] | None = None
) -> KeyRoles | None:
    """The roles of a key in the account of `names`; None where the catalog names no administrators.

    Its `users` are the roles for these purposes, and without any, those that make and restore backups.

    Copies between Regions are made by the roles of the Region that they come from, and those that come from
    another account by AWS Backup's service-linked role in the account where they arrive (AWS Storage Blog,
    "How encryption works in AWS Backup").
    """
    if access.key_administrators is None or access.deploy is None:
        return None
    using = {names.roles_arn(purpose) for purpose in users or _OF_BACKUPS}
    if users is None:
        using |= {names.backup_service_role_arn, *([names.role_arn(access.drill)] if access.drill else [])}
    return KeyRoles(
        administrators=tuple(
            sorted({names.role_arn(role) for role in (access.deploy, *access.key_administrators)})
        ),
        users=tuple(sorted(using)),
        deployer=names.role_arn(access.deploy),
    )
