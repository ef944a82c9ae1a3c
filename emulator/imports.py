"""Changes to moto's modules, made when a module is first imported.

moto's larger services take most of a second to import; the emulator starts without those that nobody uses.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_waiting: dict[str, list[Callable[[], None]]] = {}


def after_import(module: str, change: Callable[[], None]) -> None:
    """Call ``change`` as soon as ``module`` is imported, before whoever imports it sees it."""
    if module in sys.modules:
        change()
        return
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _waiting.setdefault(module, []).append(change)


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _waiting:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        loader: Any = spec.loader
        execute = loader.exec_module

        def execute_then_change(module: ModuleType) -> None:
            execute(module)
            for change in _waiting.pop(name, []):
                change()

        loader.exec_module = execute_then_change
        return spec
