"""EC2's events on EventBridge when snapshots are made, whoever makes them.

"Amazon EventBridge events for Amazon EBS" in the Amazon EBS User Guide, which also is where Data Lifecycle
Manager's guide sends whoever wants to know of its snapshots.  Of its other events, there are none here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from emulator import clock, eventbridge


def install() -> None:
    """Have moto's EC2 tell of each snapshot that it makes."""
    from moto.ec2.models.elastic_block_store import EBSBackend

    store: Any = EBSBackend
    store.create_snapshot = _telling(store.create_snapshot)


def _telling(create_snapshot: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create_snapshot)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        snapshot = create_snapshot(self, *args, **kwargs)
        account, region = self.account_id, self.region_name
        if eventbridge.listened_to(account, region):
            # Region and account are where the guide has them, which is not where ARNs have them.
            arn = f"arn:{self.partition}:ec2::{region}:snapshot/{snapshot.id}"
            moment = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            detail = {
                "event": "createSnapshot",
                "result": "succeeded",
                "cause": "",
                "request-id": "",
                "snapshot_id": arn,
                "source": f"arn:{self.partition}:ec2::{region}:volume/{snapshot.volume.id}",
                "startTime": moment,
                "endTime": moment,
            }
            eventbridge.put(account, region, "aws.ec2", "EBS Snapshot Notification", [arn], detail)
        return snapshot

    return create
