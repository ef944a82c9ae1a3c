"""Lists of volumes, snapshots and images as EC2 has them: in pages, and snapshots by owner and user.

moto answers each whole, whoever asks for what.  "Pagination" in the Amazon EC2 Developer Guide; MaxResults of
at least 5 and at most 1,000, and OwnerIds and RestorableByUserIds, in the EC2 API reference.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult

from emulator.pages import page

LONGEST = 1000
SHORTEST = 5


def install() -> None:
    """Have moto's EC2 answer in pages."""
    from moto.ec2.responses import EC2Response

    response: Any = EC2Response
    response.describe_volumes = _paged(response.describe_volumes, "Volumes")
    response.describe_images = _paged(response.describe_images, "Images")
    response.describe_snapshots = _paged(_allowed(response.describe_snapshots), "Snapshots")


def _paged(describe: Callable[[Any], ActionResult], member: str) -> Callable[[Any], ActionResult]:
    """Without MaxResults there is one page."""

    @wraps(describe)
    def described(self: Any) -> ActionResult:
        found: Any = describe(self).result
        size = self._get_param("MaxResults")
        if size is None:
            return ActionResult(found)
        if int(size) < SHORTEST:
            raise _invalid(f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value >= 5")
        try:
            items, token = page(found[member], min(int(size), LONGEST), self._get_param("NextToken"))
        except ValueError as error:
            raise _invalid("Invalid NextToken") from error
        return ActionResult({**found, member: items, "NextToken": token})

    return described


def _invalid(message: str) -> Exception:
    from moto.ec2.exceptions import InvalidParameterValueErrorTagNull

    error = InvalidParameterValueErrorTagNull()
    error.message = message
    return error


def _allowed(describe: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    @wraps(describe)
    def described(self: Any) -> ActionResult:
        found: Any = describe(self).result
        account = self.ec2_backend.account_id
        owners = {account if each == "self" else each for each in self._get_param("OwnerIds", [])}
        users = self._get_param("RestorableByUserIds", [])
        return ActionResult(
            {
                "Snapshots": [
                    snapshot
                    for snapshot in found["Snapshots"]
                    if (not owners or snapshot.owner_id in owners)
                    and (not users or any(_may_use(snapshot, user, account) for user in users))
                ]
            }
        )

    return described


def _may_use(snapshot: Any, user: str, account: str) -> bool:
    """Whether a snapshot is for ``user``: an account's id, ``self``, or ``all`` for public ones."""
    if user == "all":
        return "all" in snapshot.create_volume_permission_groups
    user = account if user == "self" else user
    return user in {snapshot.owner_id, *snapshot.create_volume_permission_userids}
