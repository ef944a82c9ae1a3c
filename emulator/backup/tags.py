"""Tags of vaults, plans and recovery points."""

from emulator.errors import InvalidParameterValue, LimitExceeded

LONGEST_KEY = 128
LONGEST_VALUE = 256
MOST = 50
"""Tags on one resource ("Quotas" in the AWS Backup Developer Guide)."""


def check(tags: dict[str, str]) -> None:
    """:raises InvalidParameterValue: AWS does not take such a key or value."""
    for key, value in tags.items():
        if not 1 <= len(key) <= LONGEST_KEY or key.lower().startswith("aws:"):
            raise InvalidParameterValue(f"Invalid tag key: {key!r}")
        if len(value) > LONGEST_VALUE:
            raise InvalidParameterValue(f"The value of tag {key!r} is longer than {LONGEST_VALUE}")


class Tags:
    """The tags of one account's resources in one Region, by the resource's ARN."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def of(self, arn: str) -> dict[str, str]:
        return dict(self._tags.get(arn, {}))

    def add(self, arn: str, tags: dict[str, str] | None) -> None:
        """:raises InvalidParameterValue: a tag is not allowed.  :raises LimitExceeded: there are too many."""
        check(tags or {})
        together = {**self.of(arn), **(tags or {})}
        if len(together) > MOST:
            raise LimitExceeded(f"{arn} would have more than {MOST} tags")
        self._tags[arn] = together

    def remove(self, arn: str, keys: list[str]) -> None:
        for key in keys:
            self._tags.get(arn, {}).pop(key, None)

    def forget(self, arn: str) -> None:
        self._tags.pop(arn, None)
