"""moto keeps every object of its models for its dashboard, for ever; here, as long as anything else does.

A simulated year makes hundreds of thousands of snapshots, of which some thousands exist at a time.
"""

import weakref
from collections.abc import Iterator
from typing import Any


class Tracked:
    """What moto takes for the list of a class's instances."""

    def __init__(self) -> None:
        self._references: dict[int, weakref.ref[Any]] = {}

    def append(self, instance: Any) -> None:
        number, references = id(instance), self._references
        references[number] = weakref.ref(instance, lambda _: references.pop(number, None))

    def __iter__(self) -> Iterator[Any]:
        alive = [reference() for reference in list(self._references.values())]
        return (instance for instance in alive if instance is not None)


def install() -> None:
    """Have moto's models track their instances weakly."""
    from moto.core.common_models import BaseModel

    model: Any = BaseModel
    model.__new__ = _new


def _new(cls: Any, *_: Any, **__: Any) -> Any:
    instance = object.__new__(cls)
    # moto puts an empty list there at each reset.
    if not isinstance(cls.instances_tracked, Tracked):
        cls.instances_tracked = Tracked()
    cls.instances_tracked.append(instance)
    return instance
