"""Tables with point-in-time recovery: which items there were at which moment of the recovery period."""

import copy
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from emulator import clock

_JOURNAL = "emulator_journal"

Key = tuple[Any, Any]
"""The values of the partition key and of the sort key, if there is one."""


class Journal:
    """The items of a table at the moment ``start``, and their changes since then."""

    def __init__(self, table: Any, days: int) -> None:
        self.start = clock.now()
        self.days = days
        self._items: dict[Key, Any] = {_key(item): copy.deepcopy(item) for item in table.all_items()}
        self._changes: list[tuple[datetime, Key, Any]] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> "Journal":
        """moto copies tables for transactions and backups; items in a journal do not change."""
        twin = copy.copy(self)
        vars(twin).update(_items=dict(self._items), _changes=list(self._changes))
        return twin

    def note(self, key: Key, item: Any) -> None:
        """Take down what an item is now, or that it is gone (None)."""
        self._changes.append((clock.now(), key, copy.deepcopy(item)))
        self._forget()

    def keep(self, days: int) -> None:
        """Change the recovery period; what is forgotten by now stays so."""
        self._forget()
        self.days = days
        self._forget()

    def as_of(self, moment: datetime) -> dict[Any, Any]:
        """The items as they were at ``moment``, as moto keeps those of a table."""
        items = dict(self._items)
        for changed, key, item in self._changes:
            if changed <= moment:
                _change(items, key, item)
        kept: dict[Any, Any] = defaultdict(dict)
        for (partition, sort), item in items.items():
            if sort is None:
                kept[partition] = copy.deepcopy(item)
            else:
                kept[partition][sort] = copy.deepcopy(item)
        return kept

    def _forget(self) -> None:
        """Begin no longer ago than the recovery period."""
        self.start = max(self.start, clock.now() - timedelta(days=self.days))
        old = 0
        while old < len(self._changes) and self._changes[old][0] <= self.start:
            _, key, item = self._changes[old]
            _change(self._items, key, item)
            old += 1
        del self._changes[:old]


def _key(item: Any) -> Key:
    return item.hash_key, item.range_key


def _change(items: dict[Key, Any], key: Key, item: Any) -> None:
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


def of(table: Any) -> Journal | None:
    """The journal of a table, if it has point-in-time recovery."""
    journal: Journal | None = table.__dict__.get(_JOURNAL)
    return journal


def begin(table: Any, days: int) -> None:
    """Keep a journal of a table from now on."""
    setattr(table, _JOURNAL, Journal(table, days))


def end(table: Any) -> None:
    """Forget the journal of a table."""
    table.__dict__.pop(_JOURNAL, None)


def install() -> None:
    """Have moto's DynamoDB take every change of an item down, in batches, transactions and PartiQL too."""
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.table import Table

    table: Any = Table
    backend: Any = DynamoDBBackend
    table.put_item = _putting(table.put_item)
    table.delete_item = _deleting(table.delete_item)
    backend.update_item = _updating(backend.update_item)


def _putting(put_item: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(put_item)
    def put(self: Any, *args: Any, **kwargs: Any) -> Any:
        item = put_item(self, *args, **kwargs)
        _note(self, item)
        return item

    return put


def _deleting(delete_item: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(delete_item)
    def deleted(self: Any, *args: Any, **kwargs: Any) -> Any:
        item = delete_item(self, *args, **kwargs)
        journal = of(self)
        if item is not None and journal is not None:
            journal.note(_key(item), None)
        return item

    return deleted


def _updating(update_item: Callable[..., Any]) -> Callable[..., Any]:
    """moto changes an item in its place."""

    @wraps(update_item)
    def updated(self: Any, table_name: str, *args: Any, **kwargs: Any) -> Any:
        item = update_item(self, table_name, *args, **kwargs)
        _note(self.get_table(table_name), item)
        return item

    return updated


def _note(table: Any, item: Any) -> None:
    journal = of(table)
    if journal is not None:
        journal.note(_key(item), item)
