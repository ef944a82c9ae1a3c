"""moto's EC2 looks through the tags of all resources for those of one; here it looks at those of the one."""

from typing import Any


def install() -> None:
    """Have a resource of moto's EC2 find its tags at once."""
    from moto.ec2.models.core import TaggedEC2Resource

    resource: Any = TaggedEC2Resource
    resource.get_tags = _own_tags


def _own_tags(resource: Any) -> list[dict[str, str]]:
    tags = resource.ec2_backend.tags.get(resource.id, {})
    return [{"resource_id": resource.id, "key": key, "value": value} for key, value in tags.items()]
