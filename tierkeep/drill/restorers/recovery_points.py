"""The checks of a recovery point of AWS Backup and its key, of types that it manages fully."""

from __future__ import annotations

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Sheet
from tierkeep.drill.keys import describe_key
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.scope import Scope

_PROMISE = {"promise": "Recovery point is encrypted, as every tier promises"}
_MANAGEMENT = {"key-management": "Key is customer-managed and enabled"}


def titles(scope: Scope) -> dict[str, str]:
    """Those that a scope has: whose key it is matters only where the tier promises that."""
    return {**_PROMISE, **(_MANAGEMENT if scope.customer_managed_key else {})}


def explained(scope: Scope) -> str:
    """What is looked at, as the end of a sentence."""
    return "; the key is customer-managed and enabled" if scope.customer_managed_key else ""


def check(bench: Bench, of: Sheet) -> tuple[Check, ...]:
    """The recovery point that was restored, and its key."""
    point = bench.choice.point
    promise = of.compare("promise", "encrypted", "encrypted" if point.encrypted else "not encrypted")
    if not bench.scope.customer_managed_key:
        return (promise,)
    expected = "CUSTOMER, Enabled"
    if point.key_arn is None:
        cause = "AWS Backup does not say which key the recovery point is encrypted with"
        return promise, of.unknown("key-management", expected=expected, cause=cause)
    try:
        key = describe_key(bench.session, point.key_arn)
    except AwsError as error:
        return promise, of.unknown("key-management", expected=expected, cause=str(error))
    return promise, of.compare("key-management", expected, f"{key.manager}, {key.state}")
