"""What a restored bucket holds: the rung `readable` of buckets.

AWS Backup restores the newest version of each object at the time of the backup. A source keeps versions, or
it could not be backed up, so that it can still say what it held then: both are listed and compared key by
key, and a sample is read from both. What has expired from the source since is not held against the restore.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tierkeep.aws import AwsError
from tierkeep.drill.checks import Check, Read, Rung, Sheet, attempt
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.reading.object_bodies import Body, read_body
from tierkeep.drill.reading.object_versions import Listed, Past, Version, objects, pasts
from tierkeep.drill.restorers.base import Bench
from tierkeep.drill.thing import name_of

CALLS = ("s3:ListObjectsV2", "s3:ListObjectVersions", "s3:GetObject")

SAMPLE = 20
SAMPLE_BYTES = 16 * 1024 * 1024
"""Of each sampled object so much is read at most, its beginning."""
_NAMED = 5
"""Keys that a check names."""
_LOOK_EVERY = 500
"""Keys between two looks at the clock."""

SHEET = Sheet(
    rung=Rung.READABLE,
    titles={
        "objects": "Objects are those of the source at that time",
        "sizes": "Objects have the sizes that they had",
        "sample": "Sampled objects can be read",
        "same-data": "Sampled objects are those of the source, byte for byte",
        "object-keys": "Sampled objects are encrypted as those of the source",
    },
)
EXPLAINED = (
    "all keys and sizes against the versions that the source still has of that time; "
    f"{SAMPLE} sampled objects, {SAMPLE_BYTES // 1024 // 1024} MiB of each at most, against the source's"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Picked:
    """A sampled object, with the versions of the source of which it may be."""

    key: str
    size: int
    versions: tuple[Version, ...]


@dataclass(kw_only=True, slots=True)
class _Some:
    """How many keys, and the first of them: a bucket may lack millions."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < _NAMED:
            self.first.append(key)

    def __str__(self) -> str:
        """The first, and whether there are more."""
        return ", ".join(self.first) + (", …" if self.count > len(self.first) else "")


@dataclass(kw_only=True, slots=True)
class _Walk:
    """What a walk through both buckets has found so far."""

    restored: int = 0
    expected: int = 0
    compared: int = 0
    unknown: int = 0
    """Restored objects of which the source has nothing from that time any more."""
    missing: _Some = field(default_factory=_Some)
    others: _Some = field(default_factory=_Some)
    """Restored objects that were deleted by then, by the source's word."""
    resized: _Some = field(default_factory=_Some)
    sample: list[_Picked] = field(default_factory=list)


def read(bench: Bench) -> tuple[Check, ...]:
    """The rung `readable`."""
    deadline = bench.deadline()
    try:
        walk = _walked(bench, deadline)
    except InterruptedDrillError:
        raise
    except CannotVerifyError as error:
        return SHEET.not_run(str(error))
    except AwsError as error:
        if error.operation != "list_object_versions":
            return SHEET.not_run(str(error))
        return _without_source(bench, deadline, error)
    return (_objects(walk), _sizes(walk), *_sampled(bench, walk, deadline))


def _walked(bench: Bench, deadline: float) -> _Walk:
    """Both buckets, key by key. Raises `CannotVerifyError` if that takes too long, and `AwsError`."""
    walk, chance = _Walk(), random.Random(bench.seed)  # noqa: S311 - a sample, no secret
    began = bench.choice.point.created
    ended = datetime.fromisoformat(str(bench.choice.property("completed")))
    then = pasts(bench.session, name_of(bench.choice.point.resource_arn), began=began, ended=ended)
    for number, (found, was) in enumerate(_beside(objects(bench.session, name_of(bench.arn)), then)):
        if number % _LOOK_EVERY == 0:
            bench.require_time(deadline, f"{number} keys were compared in time, and not all")
        _compare(walk, found, was)
        versions = was.versions if was is not None else ()
        if found is not None:
            _maybe_sample(walk, _Picked(key=found.key, size=found.size, versions=versions), chance)
        elif _must_be(was) and versions:
            picked = _Picked(key=versions[0].key, size=versions[0].size or 0, versions=versions)
            _maybe_sample(walk, picked, chance)
    return walk


def _must_be(was: Past | None) -> bool:
    return was is not None and bool(was.versions) and not was.may_be_absent


def _beside(
    restored: Iterator[Listed], source: Iterator[Past]
) -> Iterator[tuple[Listed | None, Past | None]]:
    """Both side by side, by key."""
    found, was = next(restored, None), next(source, None)
    while found is not None or was is not None:
        if was is None or (found is not None and found.key < was.key):
            yield found, None
            found = next(restored, None)
        elif found is None or was.key < found.key:
            yield None, was
            was = next(source, None)
        else:
            yield found, was
            found, was = next(restored, None), next(source, None)


def _compare(walk: _Walk, found: Listed | None, was: Past | None) -> None:
    walk.restored += found is not None
    walk.expected += _must_be(was)
    if found is None:
        if was is not None and _must_be(was):
            walk.missing.add(was.key)
        return
    if was is None or (not was.versions and not was.known):
        walk.unknown += 1
    elif not was.versions:
        walk.others.add(found.key)
    else:
        walk.compared += 1
        if found.size not in {each.size for each in was.versions}:
            walk.resized.add(f"{found.key} {found.size} B")


def _maybe_sample(walk: _Walk, picked: _Picked, chance: random.Random) -> None:
    """Each key with the same chance, without holding them all."""
    if len(walk.sample) < SAMPLE:
        walk.sample.append(picked)
        return
    place = chance.randrange(walk.restored + walk.missing.count)
    if place < SAMPLE:
        walk.sample[place] = picked


def _named(keys: list[str]) -> str:
    return ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")


def _objects(walk: _Walk) -> Check:
    expected = f"{walk.expected} of the source"
    told = f"{walk.restored}"
    if walk.unknown:
        told += f", {walk.unknown} of which the source no longer has from that time"
    if walk.missing.count:
        told += f"; {walk.missing.count} missing: {walk.missing}"
    if walk.others.count:
        told += f"; {walk.others.count} that were deleted by then: {walk.others}"
    return SHEET.judged("objects", expected, told, holds=not walk.missing.count and not walk.others.count)


def _sizes(walk: _Walk) -> Check:
    expected = "each as in the source"
    if walk.restored and not walk.compared:
        cause = "the source no longer has any of these objects from that time"
        return SHEET.unknown("sizes", expected=expected, cause=cause)
    told = f"{walk.compared - walk.resized.count} of {walk.compared}"
    if walk.resized.count:
        told += f": not {walk.resized}"
    return SHEET.judged("sizes", expected, told, holds=not walk.resized.count)


def _without_source(bench: Bench, deadline: float, why: AwsError) -> tuple[Check, ...]:
    """What can be said of a bucket whose source cannot be listed: whether it is empty, and can be read."""
    walk, chance = _Walk(), random.Random(bench.seed)  # noqa: S311 - a sample, no secret
    try:
        for number, found in enumerate(objects(bench.session, name_of(bench.arn))):
            if number % _LOOK_EVERY == 0:
                bench.require_time(deadline, f"{number} keys were listed in time, and not all")
            walk.restored += 1
            _maybe_sample(walk, _Picked(key=found.key, size=found.size, versions=()), chance)
    except InterruptedDrillError:
        raise
    except (CannotVerifyError, AwsError) as error:
        return SHEET.not_run(str(error))
    backed_up = bench.choice.point.size_bytes
    if not walk.restored and backed_up:
        found_none = SHEET.judged("objects", f"some: the backup has {backed_up} bytes", "none", holds=False)
        return (found_none, *SHEET.not_run(f"{why}; and there is no object", but=("objects",)))
    left = [SHEET.unknown(each, expected="as in the source", cause=str(why)) for each in ("objects", "sizes")]
    return (*left, *_sampled(bench, walk, deadline))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pair:
    """A sampled object beside the version of the source that it is of."""

    key: str
    body: Read[Body]
    of_source: Read[Body] | None
    """None where the source has none from that time."""


def _sampled(bench: Bench, walk: _Walk, deadline: float) -> tuple[Check, ...]:
    ids = ("sample", "same-data", "object-keys")
    if not walk.sample:
        cause = "the bucket holds no object, so that nothing shows that its objects can be read"
        return tuple(SHEET.unknown(each, expected="each of a sample", cause=cause) for each in ids)
    try:
        pairs = [_pair(bench, each, deadline) for each in sorted(walk.sample, key=lambda each: each.key)]
    except InterruptedDrillError:
        raise
    except CannotVerifyError as error:
        return tuple(SHEET.unknown(each, expected="each of a sample", cause=str(error)) for each in ids)
    return (_readable(pairs), _same(pairs), _keys(pairs))


def _pair(bench: Bench, picked: _Picked, deadline: float) -> _Pair:
    """Raises `CannotVerifyError` if time is up."""
    late = "the sample was not read in time"
    bench.require_time(deadline, late)

    def body(bucket: str, version_id: str | None) -> Read[Body]:
        return attempt(
            lambda: read_body(
                bench.session,
                bucket,
                picked.key,
                version_id=version_id,
                # S3 refuses a range of an object without bytes.
                most=SAMPLE_BYTES if picked.size > SAMPLE_BYTES else None,
                checkpoint=lambda: bench.require_time(deadline, late),
            )
        )

    restored = body(name_of(bench.arn), None)
    source: Read[Body] | None = None
    for version in picked.versions:
        source = body(name_of(bench.choice.point.resource_arn), version.version_id)
        if isinstance(restored, Body) and isinstance(source, Body) and source.found == restored.found:
            break
    return _Pair(key=picked.key, body=restored, of_source=source)


def _readable(pairs: list[_Pair]) -> Check:
    expected = f"{len(pairs)} of {len(pairs)}"
    refused = [pair.body for pair in pairs if isinstance(pair.body, AwsError) and not pair.body.not_found]
    if refused:
        # Who drills may lack a permission: that says nothing of the object.
        return SHEET.unknown("sample", expected=expected, cause=str(refused[0]))
    absent = [pair.key for pair in pairs if not isinstance(pair.body, Body)]
    told = f"{len(pairs) - len(absent)} of {len(pairs)}" + (f": not {_named(absent)}" if absent else "")
    return SHEET.judged("sample", expected, told, holds=not absent)


def _same(pairs: list[_Pair]) -> Check:
    return _against_source("same-data", pairs, lambda restored, source: restored.found == source.found)


def _keys(pairs: list[_Pair]) -> Check:
    return _against_source(
        "object-keys", pairs, lambda restored, source: restored.encryption == source.encryption
    )


def _against_source(check_id: str, pairs: list[_Pair], agree: Callable[[Body, Body], bool]) -> Check:
    """Sampled objects beside those of the source, as far as it still has them and they could be read."""
    wrong, compared, why_not = list[str](), 0, list[str]()
    for pair in pairs:
        if not isinstance(pair.of_source, Body):
            why_not.append(str(pair.of_source or "the source no longer has what it was at that time"))
        elif isinstance(pair.body, Body):
            compared += 1
            wrong += [] if agree(pair.body, pair.of_source) else [pair.key]
        elif pair.body.not_found:
            compared += 1
            wrong.append(pair.key)
        else:
            why_not.append(str(pair.body))
    if not compared:
        return SHEET.unknown(check_id, expected="as in the source", cause=why_not[0])
    told = f"{compared - len(wrong)} of {compared}" + (f": not {_named(wrong)}" if wrong else "")
    beside = f"; {len(why_not)} could not be compared: {why_not[0]}" if why_not else ""
    return SHEET.judged(check_id, f"{compared} of {compared}", told + beside, holds=not wrong)
