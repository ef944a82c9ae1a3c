"""Puts this package's services into moto, from outside."""

import os
import re
import sys
import warnings
from types import ModuleType
from typing import Any

from emulator.kms import accept_arns

_SERVICES = ("backup", "dlm")


def install() -> None:
    """Make moto serve AWS Backup and DLM from this package, in ``mock_aws`` and in the server.

    Call it before the first request to either service; calling it again changes nothing.  It also turns on
    moto's copy of the AWS-managed IAM policies, which roles for AWS Backup are made with.
    """
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

    from moto import backend_index, backends

    if getattr(backends._import_backend, "from_emulator", False):  # noqa: SLF001  # moto has no public way
        return
    # moto warns of every error that the service model does not have; NotImplemented is meant to be one.
    warnings.filterwarnings("ignore", message=r"Exception\(.*NotImplemented")
    _route_backends(backends)
    _route_urls(backend_index)
    _settle_before_requests()
    accept_arns()


def _route_backends(backends: Any) -> None:
    """moto finds a service's backends as a variable of the package ``moto.<service>``; ours lie elsewhere."""
    from emulator.backup.models import backup_backends
    from emulator.dlm.models import dlm_backends

    ours = {"backup": backup_backends, "dlm": dlm_backends}
    theirs = backends._import_backend  # noqa: SLF001

    def import_backend(module_name: str, backends_name: str) -> Any:
        return ours[module_name] if module_name in ours else theirs(module_name, backends_name)

    import_backend.from_emulator = True  # type: ignore[attr-defined]  # the mark install() looks for
    backends._import_backend = import_backend  # noqa: SLF001

    # Modules of moto that were imported earlier may hold moto's own AWS Backup.
    loaded = sys.modules.get("moto.backup")
    if loaded is not None:
        loaded.backup_backends = backup_backends  # type: ignore[attr-defined]


def _route_urls(backend_index: ModuleType) -> None:
    known = {service for service, _ in backend_index.backend_url_patterns}
    for service in _SERVICES:
        if service not in known:
            pattern = re.compile(rf"https?://{service}\.(.+)\.amazonaws\.com")
            backend_index.backend_url_patterns.append((service, pattern))


def _settle_before_requests() -> None:
    """Before any service answers a request, do what has become due by the clock.

    EC2 is moto's own, so a snapshot made by a finished backup job must be there before EC2 looks for it.
    """
    from moto.core.responses import BaseResponse

    from emulator import clock

    set_up = BaseResponse.setup_class

    def settle_then_set_up(self: BaseResponse, *args: Any, **kwargs: Any) -> None:
        clock.settle()
        set_up(self, *args, **kwargs)

    BaseResponse.setup_class = settle_then_set_up  # type: ignore[method-assign]
