"""The EBS direct APIs, answering requests."""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model

from emulator import shapes
from emulator.ebs import tokens
from emulator.ebs.errors import Invalid
from emulator.ebs.models import EbsBackend, Page, checksum_of, ebs_backends
from emulator.ec2 import blocks
from emulator.service import ModelledResponse, answer


class EbsResponse(ModelledResponse):
    """A request to the EBS direct APIs."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__("ebs")

    @property
    def backend(self) -> EbsBackend:
        backend: EbsBackend = ebs_backends[self.current_account][self.region]
        return backend

    def check_request(self, operation_name: str) -> None:
        """:raises Invalid: the request breaks a constraint of the service model."""
        shape = get_service_model("ebs").operation_model(operation_name).input_shape
        # MaxResults below its least is documented as taken for it.
        found = [str(each) for each in shapes.violations(shape, self.params) if each.path != "MaxResults"]
        if found:
            raise Invalid("; ".join(found))

    def list_snapshot_blocks(self) -> ActionResult:
        snapshot = self.backend.readable(self.param("SnapshotId"))
        page = self.backend.page(snapshot.id, list(blocks.of(snapshot)), self.params)
        listed = [
            {"BlockIndex": index, "BlockToken": tokens.block_token(snapshot.id, index, page.expires)}
            for index in page.indexes
        ]
        return _listed(page, snapshot, Blocks=listed)

    def list_changed_blocks(self) -> ActionResult:
        if not self.param("FirstSnapshotId"):
            raise Invalid("SecondSnapshotId must be given together with FirstSnapshotId")
        first, second, indexes = self.backend.changed(
            self.param("FirstSnapshotId"), self.param("SecondSnapshotId")
        )
        page = self.backend.page(f"{first.id}+{second.id}", indexes, self.params)
        listed = [
            {
                "BlockIndex": index,
                "FirstBlockToken": _token(first, index, page),
                "SecondBlockToken": _token(second, index, page),
            }
            for index in page.indexes
        ]
        return _listed(page, second, ChangedBlocks=listed)

    def get_snapshot_block(self) -> ActionResult:
        snapshot, index = self.backend.readable(self.param("SnapshotId")), self.param("BlockIndex")
        tokens.check_block_token(self.param("BlockToken"), snapshot.id, index)
        if index not in blocks.of(snapshot):
            raise Invalid(f"The snapshot has no block {index}", "INVALID_BLOCK")
        data = blocks.of(snapshot)[index]
        return answer(
            DataLength=len(data), BlockData=data, Checksum=checksum_of(data), ChecksumAlgorithm="SHA256"
        )

    def start_snapshot(self) -> ActionResult:
        snapshot = self.backend.start(self.params)
        return answer(
            SnapshotId=snapshot.id,
            Description=snapshot.description or None,
            OwnerId=snapshot.owner_id,
            Status=snapshot.status,
            StartTime=snapshot.start_time,
            VolumeSize=snapshot.volume_size,
            BlockSize=blocks.SIZE,
            Tags=self.param("Tags"),
            ParentSnapshotId=self.param("ParentSnapshotId"),
            KmsKeyArn=snapshot.kms_key_id,
            SseType="sse-kms" if snapshot.encrypted else "none",
        )

    def put_snapshot_block(self) -> ActionResult:
        data = self.param("BlockData", b"")
        if self.param("DataLength") != blocks.SIZE:
            raise Invalid(f"DataLength must be {blocks.SIZE}")
        self.backend.write(self.param("SnapshotId"), self.param("BlockIndex"), data, self.param("Checksum"))
        return answer(Checksum=self.param("Checksum"), ChecksumAlgorithm="SHA256")

    def complete_snapshot(self) -> ActionResult:
        snapshot_id = self.param("SnapshotId")
        self.backend.complete(snapshot_id, self.param("ChangedBlocksCount"), self.param("Checksum"))
        return answer(Status=self.backend.snapshot(snapshot_id).status)


def _token(snapshot: Any, index: int, page: Page) -> str | None:
    """The token of a block; None if the snapshot has no such block."""
    return tokens.block_token(snapshot.id, index, page.expires) if index in blocks.of(snapshot) else None


def _listed(page: Page, snapshot: Any, **listed: Any) -> ActionResult:
    return answer(
        **listed,
        ExpiryTime=page.expires,
        VolumeSize=snapshot.volume_size,
        BlockSize=blocks.SIZE,
        NextToken=page.token,
    )
