"""What S3, RDS and DynamoDB make, and EC2's instances, are dated by the emulator's clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from emulator import clock

_MODULES = (
    "moto.ec2.models.instances",
    "moto.s3.models",
    "moto.rds.models",
    "moto.dynamodb.models.table",
)

_TICK = timedelta(microseconds=1)
_CLOSE = timedelta(seconds=1)


def now() -> datetime:
    """The emulator's time as moto keeps times: UTC without saying so."""
    return clock.now().astimezone(UTC).replace(tzinfo=None)


class _Distinct:
    """Gives each date once: moto orders the versions of an object by their dates, and the clock may rest."""

    def __init__(self) -> None:
        self._last = datetime.min  # noqa: DTZ901  # as moto keeps times

    def __call__(self) -> datetime:
        moment = now()
        if moment <= self._last < moment + _CLOSE:
            moment = self._last + _TICK
        self._last = moment
        return moment


def changes() -> tuple[tuple[str, Callable[[], None]], ...]:
    """The modules of moto whose dates are changed, and what changes them."""
    return tuple((name, _installer(name)) for name in _MODULES)


def _installer(name: str) -> Callable[[], None]:
    def install() -> None:
        module: Any = import_module(name)
        module.utcnow = _Distinct() if name == "moto.s3.models" else now

    return install
