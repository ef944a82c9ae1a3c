"""The EBS direct APIs of one account in one Region; the snapshots are those of moto's EC2."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from emulator import clock
from emulator.ebs import tokens
from emulator.ebs.errors import Conflict, Invalid, NotFound
from emulator.ec2 import blocks

DEFAULT_TIMEOUT_MINUTES = 60
LARGEST_GIB = 65536
"""``VolumeSize`` and ``Timeout`` of StartSnapshotRequest in botocore's ebs model."""

NO_VOLUME = "vol-ffffffff"
"""The volume ID of a snapshot that no volume was made into ("Amazon EBS snapshots" in the EBS User Guide)."""

_PAGE = 10000


@dataclass
class Page:
    """A page of block indexes, in order, and the token of the next one."""

    indexes: list[int]
    token: str | None
    expires: datetime = field(default_factory=tokens.expiry)


@dataclass
class _Writing:
    """A snapshot that is being written: what was written, and when it is given up."""

    timeout: timedelta
    deadline: datetime
    written: set[int] = field(default_factory=set)


class EbsBackend(BaseBackend):
    """The EBS direct APIs of one account in one Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._writing: dict[str, _Writing] = {}
        self._started: dict[str, tuple[dict[str, Any], Any]] = {}

    @property
    def ec2(self) -> Any:
        from moto.ec2.models import ec2_backends

        return ec2_backends[self.account_id][self.region_name]

    def snapshot(self, snapshot_id: str) -> Any:
        """:raises NotFound: there is no such snapshot, or none that this account may read."""
        self.give_up_late(clock.now())
        snapshot = self.ec2.snapshots.get(snapshot_id) or self._shared(snapshot_id)
        if snapshot is None:
            raise NotFound(f"The snapshot '{snapshot_id}' does not exist.")
        return snapshot

    def readable(self, snapshot_id: str) -> Any:
        """:raises Invalid: it is not complete ("Frequently asked questions for EBS direct APIs")."""
        snapshot = self.snapshot(snapshot_id)
        if snapshot.status != "completed" or snapshot.storage_tier == "archive":
            raise Invalid(f"The snapshot '{snapshot_id}' is not complete.", "INVALID_SNAPSHOT_ID")
        return snapshot

    def page(self, scope: str, indexes: list[int], request: dict[str, Any]) -> Page:
        """The page of ``indexes`` that a request to list blocks asks for.

        :raises Invalid: the page token is none that was given for this list.
        """
        token = request.get("NextToken")
        start = tokens.page_start(token, scope) if token else request.get("StartingBlockIndex") or 0
        rest = sorted(index for index in indexes if index >= start)
        # Fewer than 100 cannot be asked for: "the API will return at least 100 results".
        size = min(max(request.get("MaxResults") or _PAGE, 100), _PAGE)
        following = tokens.page_token(scope, rest[size]) if len(rest) > size else None
        return Page(rest[:size], following)

    def changed(self, first_id: str, second_id: str) -> tuple[Any, Any, list[int]]:
        """Two snapshots, and the indexes of the blocks that differ between them.

        :raises Invalid: they are not of one volume, or not complete.
        """
        first, second = self.readable(first_id), self.readable(second_id)
        if blocks.lineage(first) != blocks.lineage(second):
            raise Invalid("The snapshots are not of the same volume", "UNRELATED_SNAPSHOTS")
        before, after = blocks.of(first), blocks.of(second)
        return first, second, [i for i in before.keys() | after.keys() if before.get(i) != after.get(i)]

    def start(self, request: dict[str, Any]) -> Any:
        """The pending snapshot that a request to StartSnapshot asks for.

        :raises Invalid: EBS does not take it.
        :raises Conflict: the client token was used for another request.
        """
        client_token = request.get("ClientToken")
        if client_token in self._started:
            earlier, snapshot = self._started[client_token]
            if earlier != request:
                raise Conflict("The client token was used for another request")
            return snapshot
        _check_start(request)
        parent = self.readable(request["ParentSnapshotId"]) if request.get("ParentSnapshotId") else None
        snapshot = self._new_snapshot(request, parent)
        timeout = timedelta(minutes=request.get("Timeout") or DEFAULT_TIMEOUT_MINUTES)
        self._writing[snapshot.id] = _Writing(timeout, clock.now() + timeout)
        if client_token:
            self._started[client_token] = (dict(request), snapshot)
        return snapshot

    def write(self, snapshot_id: str, index: int, data: bytes, checksum: str) -> None:
        """Put a block into a pending snapshot; ``checksum`` is base64 of the data's SHA-256.

        :raises Invalid: the snapshot is not pending, or the block not what the request says that it is.
        """
        snapshot, writing = self._pending(snapshot_id)
        if len(data) != blocks.SIZE:
            raise Invalid(f"The block must have {blocks.SIZE} bytes", "INVALID_BLOCK")
        if checksum_of(data) != checksum:
            raise Invalid("The checksum does not match the block's data", "INVALID_BLOCK")
        try:
            blocks.write(snapshot, {index: data})
        except ValueError as error:
            raise Invalid(str(error), "INVALID_BLOCK") from error
        writing.written.add(index)
        writing.deadline = clock.now() + writing.timeout

    def complete(self, snapshot_id: str, count: int, checksum: str | None) -> None:
        """Seal a snapshot.

        :param checksum: the LINEAR aggregate of the checksums of the blocks that were written.
        :raises Invalid: it is not pending, or other blocks were written than the request says.
        """
        snapshot, writing = self._pending(snapshot_id)
        if count != len(writing.written):
            raise Invalid(f"{len(writing.written)} blocks were written, not {count}")
        if checksum is not None and checksum != _aggregate(blocks.of(snapshot), writing.written):
            raise Invalid("The checksum does not match the snapshot's blocks")
        snapshot.status = "completed"
        del self._writing[snapshot_id]

    def give_up_late(self, moment: datetime) -> None:
        """Cancel the snapshots whose timeout has passed; AWS leaves them in the state error."""
        for snapshot_id, writing in list(self._writing.items()):
            if writing.deadline <= moment:
                del self._writing[snapshot_id]
                if snapshot_id in self.ec2.snapshots:
                    self.ec2.snapshots[snapshot_id].status = "error"

    def _pending(self, snapshot_id: str) -> tuple[Any, _Writing]:
        snapshot = self.snapshot(snapshot_id)
        if snapshot_id not in self._writing:
            raise Invalid(f"The snapshot '{snapshot_id}' is not pending.", "INVALID_SNAPSHOT_ID")
        return snapshot, self._writing[snapshot_id]

    def _shared(self, snapshot_id: str) -> Any:
        """A snapshot of another account that is shared with this one; public ones cannot be read."""
        from moto.ec2.models import ec2_backends

        for regions in list(ec2_backends.values()):
            backend: Any = regions.get(self.region_name)
            found = backend.snapshots.get(snapshot_id) if backend else None
            if found is not None and self.account_id in found.create_volume_permission_userids:
                return found
        return None

    def _new_snapshot(self, request: dict[str, Any], parent: Any) -> Any:
        from moto.ec2.models.elastic_block_store import Snapshot, Volume
        from moto.ec2.utils import random_snapshot_id

        key = request.get("KmsKeyArn") or (parent.kms_key_id if parent else None)
        if request.get("Encrypted") and not key:
            key = self.ec2.modify_ebs_default_kms_key_id("")
        make_volume: Any = Volume  # abstract to a type checker
        volume = make_volume(self.ec2, NO_VOLUME, request["VolumeSize"], zone=None)
        snapshot: Any = Snapshot(
            self.ec2,
            random_snapshot_id(),
            volume=volume,
            description=request.get("Description") or "",
            encrypted=key is not None,
            kms_key_id=key,
        )
        if parent is not None:
            blocks.put(volume, blocks.of(parent))
        blocks.capture(snapshot, volume, blocks.lineage(parent) if parent else snapshot.id)
        snapshot.status = "pending"
        snapshot.add_tags({tag["Key"]: tag["Value"] for tag in request.get("Tags") or []})
        self.ec2.snapshots[snapshot.id] = snapshot
        return snapshot


def checksum_of(data: bytes) -> str:
    """The checksum of a block: base64 of SHA-256."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _aggregate(held: blocks.Blocks, written: set[int]) -> str:
    """CompleteSnapshotRequest in botocore's ebs model: "arrange the checksums for each written block in
    ascending order of their block index, concatenate them to form a single string"; AWS's examples
    concatenate the digests, not their base64."""
    digests = b"".join(hashlib.sha256(held[index]).digest() for index in sorted(written))
    return base64.b64encode(hashlib.sha256(digests).digest()).decode()


def _check_start(request: dict[str, Any]) -> None:
    if request["VolumeSize"] > LARGEST_GIB:
        raise Invalid(f"A volume has at most {LARGEST_GIB} GiB", "INVALID_VOLUME_SIZE")
    encrypted = request.get("Encrypted")
    if request.get("ParentSnapshotId") and encrypted is not None:
        raise Invalid("ParentSnapshotId and Encrypted exclude each other")
    if request.get("KmsKeyArn") and not encrypted:
        raise Invalid("KmsKeyArn needs Encrypted", "INVALID_CUSTOMER_KEY")


ebs_backends = BackendDict(EbsBackend, "ebs")
