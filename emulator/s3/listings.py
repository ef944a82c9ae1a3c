"""What Amazon S3 answers of buckets and moto leaves out: pages of them, and that they tell EventBridge.

ListBuckets and GetBucketNotificationConfiguration in the Amazon S3 API reference.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult

from emulator.pages import page

LONGEST = 10_000


def install() -> None:
    """Have moto's S3 answer so."""
    from moto.s3.responses import S3Response

    response: Any = S3Response
    response.all_buckets = _all_buckets
    response.get_bucket_notification = _with_event_bridge(response.get_bucket_notification)


def _all_buckets(self: Any) -> Any:
    self.data["Action"] = "ListAllMyBuckets"
    self._authenticate_and_authorize_s3_action()  # as moto's own does
    asked = {name: self._get_param(name) for name in ("prefix", "bucket-region", "max-buckets")}
    found = self.backend.list_buckets(
        prefix=asked["prefix"], bucket_region=asked["bucket-region"], max_buckets=None
    )
    size = int(asked["max-buckets"] or LONGEST)
    buckets, token = page(found, size, self._get_param("continuation-token"))
    self.data["Action"] = "ListBuckets"
    listed = [
        {
            "Name": bucket.name,
            "CreationDate": bucket.creation_date_ISO8601,
            "BucketRegion": bucket.region_name,
        }
        for bucket in buckets
    ]
    owner = {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"}
    return self.serialized(
        ActionResult(
            {"Owner": owner, "Buckets": listed, "ContinuationToken": token, "Prefix": asked["prefix"]}
        )
    )


def _with_event_bridge(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An empty element says that events go to EventBridge; without it they do not."""

    @wraps(get)
    def got(self: Any) -> Any:
        serialized = self.serialized
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)

        def with_event_bridge(answer: ActionResult) -> Any:
            if configuration is not None and configuration.event_bridge is not None:
                said: dict[str, Any] = dict(answer.result or {})  # type: ignore[call-overload]
                answer = ActionResult({**said, "EventBridgeConfiguration": {}})
            return serialized(answer)

        self.serialized = with_event_bridge
        try:
            return get(self)
        finally:
            del self.serialized

    return got
