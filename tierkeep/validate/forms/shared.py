"""What forms are made of."""

from collections.abc import Mapping
from typing import Any, TypeAlias

TagMap: TypeAlias = Mapping[str, str]

AWS_OWNED = "a key that AWS owns"
"""What encrypts an air-gapped vault that was made without a key: it has no alias in any account."""

OPEN: dict[str, Any] = {"open": True}
"""Metadata of a collection in which members beyond the expected ones are nobody's business: tags."""

FILLED_IN: dict[str, Any] = {"filled_in": True}
"""Metadata of a field which AWS fills in as it likes when it is not set (expected None)."""
