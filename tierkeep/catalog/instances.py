"""What a tier may ask of the backups of its instances: images, scripts around snapshots, volumes left out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tierkeep.catalog.applications import Application
from tierkeep.catalog.forms import Model, TagKey, TagValue

DocumentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]+$", min_length=3, max_length=200)]


class ApplicationConsistency(Model):
    """What makes the application write its data out before a snapshot."""

    scripts: Literal["pre-and-post", "vss"]
    """`pre-and-post`: a script on the instance before the snapshot, and one after it. `vss`: the Volume
    Shadow Copy Service of Windows, with AWS's own scripts; by AWS Backup where `ec2` has `engine: backup`."""
    application: Application | None = Field(default=None, discriminator="type")
    """What the scripts are for, from which Tierkeep makes the document of Systems Manager that holds them."""
    document: DocumentName | None = None
    """A document of your own instead, by name, or by ARN where another account shares it."""
    timeout_seconds: int | None = Field(default=None, ge=1)
    """How long each script may take: 10 to 120 seconds; where it is left out, 10."""
    thaw_after_seconds: int | None = Field(default=None, ge=5, le=3600)
    """With an `application`: how long it is held still at most, should no script come after the snapshot;
    where it is left out, 60."""
    retries: int = Field(default=0, ge=0)
    """How often a script that fails is tried again: 0 to 3 times."""
    on_failure: Literal["crash-consistent", "no-snapshot"] = "crash-consistent"
    """What there is of an instance where the script before the snapshot fails."""

    @model_validator(mode="after")
    def _check(self) -> ApplicationConsistency:
        for name in ("application", "document", "timeout_seconds", "thaw_after_seconds"):
            if self.scripts == "vss" and getattr(self, name) is not None:
                raise PydanticCustomError(
                    "consistency", "`{name}` goes with `scripts: pre-and-post` only", {"name": name}
                )  # fmt: skip
        if self.application and self.document:
            raise PydanticCustomError(
                "consistency", "`application` and `document` both say what to run: name one of them"
            )
        if self.thaw_after_seconds is not None and not self.application:
            raise PydanticCustomError("consistency", "`thaw_after_seconds` goes with an `application` only")
        return self


class Images(Model):
    """Backups of instances that Data Lifecycle Manager makes as images (AMIs), to launch others from."""

    reboot: bool = False
    """Whether each instance is rebooted for its image: then its file systems are consistent; otherwise the
    image is crash-consistent."""


class ExcludedVolumes(Model):
    """Volumes of an instance that its snapshots leave out."""

    boot_volume: bool = False
    """The volume that the instance boots from."""
    data_volumes_with_tags: dict[TagKey, TagValue] = {}
    """Other volumes that carry any one of these tags."""

    @model_validator(mode="after")
    def _check(self) -> ExcludedVolumes:
        if not self.boot_volume and not self.data_volumes_with_tags:
            raise PydanticCustomError(
                "exclude", "nothing is excluded: name `boot_volume: true` or `data_volumes_with_tags`"
            )
        return self
