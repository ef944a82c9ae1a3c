"""Which operations of which service there are."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from moto.core.utils import camelcase_to_underscores, get_service_model

from emulator.service import ModelledResponse

RESPONSES = {
    "backup": ("emulator.backup.responses", "BackupResponse"),
    "dlm": ("emulator.dlm.responses", "DlmResponse"),
    "ebs": ("emulator.ebs.responses", "EbsResponse"),
}
"""The services that are this package's own, and the classes that answer for them."""


def implemented(service: str) -> dict[str, bool]:
    """For each operation of a service, by name, whether the emulator has it.

    What it has may still refuse some requests as NotImplemented.
    """
    return {name: method_of(service, name) is not None for name in _operations(service)}


def method_of(service: str, operation: str) -> Callable[..., Any] | None:
    """What answers an operation, if anything does."""
    module, name = RESPONSES[service]
    response: type[ModelledResponse] = getattr(import_module(module), name)
    return getattr(response, camelcase_to_underscores(operation), None)


def _operations(service: str) -> list[str]:
    return sorted(get_service_model(service).operation_names)
