"""Metrics that AWS's services publish to moto's Amazon CloudWatch, dated by the emulator's clock."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from emulator import clock


def publish(
    account: str,
    region: str,
    namespace: str,
    counts: Mapping[str, int],
    dimensions: Iterable[Mapping[str, str]],
) -> None:
    """Count things by the names of their metrics, once by each set of dimensions.

    AWS publishes whether or not somebody looks.  Here a Region's metrics begin with its first request to
    CloudWatch, such as the one that makes an alarm, so that worlds without any keep none.
    """
    backend = _backend(account, region)
    if backend is None:
        return
    data = [
        {
            "MetricName": name,
            "Value": count,
            "Unit": "Count",
            "Timestamp": clock.now().replace(tzinfo=None),  # as moto keeps times: in UTC, without a zone
            "Dimensions": [{"Name": key, "Value": value} for key, value in each.items()],
        }
        for name, count in counts.items()
        if count  # there is data only where there is something to count
        for each in dimensions
    ]
    if data:
        backend.put_metric_data(namespace, data)


def _backend(account: str, region: str) -> Any:
    # Who has not asked CloudWatch for anything has not imported it, and the emulator need not.
    cloudwatch = sys.modules.get("moto.cloudwatch.models")
    return cloudwatch.cloudwatch_backends.get(account, {}).get(region) if cloudwatch else None
