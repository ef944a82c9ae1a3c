"""What moto's KMS gets wrong: four operations know keys by their id alone, where AWS takes ARNs too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

_BY_ID_ALONE = ("cancel_key_deletion", "disable_key", "enable_key", "schedule_key_deletion")


def accept_arns() -> None:
    """Let those operations take a key's ARN (KMS API reference: "Specify the key ID or key ARN")."""
    from moto.kms.models import KmsBackend

    for name in _BY_ID_ALONE:
        setattr(KmsBackend, name, _by_id(getattr(KmsBackend, name)))


def _by_id(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def by_id(self: Any, key_id: str, *args: Any, **kwargs: Any) -> Any:
        return method(self, self.get_key_id(key_id), *args, **kwargs)

    return by_id
