"""Reads the state of the keys that what is kept in a unit is encrypted with, when all of that was read.

Volumes and databases have keys of whoever made them, and their backups have the same: a backup whose key is
gone can no more be restored than one that is gone itself.
"""

import threading
from collections.abc import Iterator
from functools import partial
from itertools import islice

from tierkeep.aws import AwsError, UnitSession
from tierkeep.validate.side_by_side import side_by_side
from tierkeep.validate.stored.keys import key_of
from tierkeep.validate.stored.records import GONE, Incomplete, Key, Record, Whole
from tierkeep.validate.stored.scope import StoredScope
from tierkeep.validate.unread import INTERRUPTED, Unread

AT_ONCE = 4
"""The most keys that are asked for at the same time: of each there is one, whatever it encrypts."""

TOGETHER = 20
"""So many are asked for before anybody looks whether to stop."""

STREAM = "keys"


def with_keys(
    stream: Iterator[Record], session: UnitSession, scope: StoredScope, stop: threading.Event
) -> Iterator[Record]:
    """The records, and after them the keys of what the unit itself keeps, but for those already known."""
    used = set[str]()
    for record in stream:
        key = key_of(record, vaults=scope.vaults, region=scope.region)
        if key:
            used.add(key)
        yield record
    waiting = iter(sorted(used - scope.known_keys))
    while not stop.is_set():
        some = list(islice(waiting, TOGETHER))
        if not some:
            yield Whole(stream=STREAM)
            return
        yield from side_by_side(some, partial(_read, session), at_once=AT_ONCE)
    yield Incomplete(stream=STREAM, cause=INTERRUPTED)


def _read(session: UnitSession, arn: str) -> Key:
    try:
        answer = session.call("kms", "describe_key", KeyId=arn)
    except AwsError as error:
        return Key(arn=arn, state=GONE if error.not_found else Unread.because(error))
    return Key(arn=arn, state=answer["KeyMetadata"]["KeyState"])
