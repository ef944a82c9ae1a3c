"""How a drill connects to databases that it has restored, as users write it."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from tierkeep.catalog.forms import Model

DATABASES = ("aurora", "rds")
"""The types that one can connect to."""

SECRET_ARN = r"arn:aws[a-z-]*:secretsmanager:[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+"  # noqa: S105
Secret = Annotated[
    str, StringConstraints(pattern=rf"^({SECRET_ARN}|[A-Za-z0-9/_+=.@-]{{1,512}})$", max_length=600)
]
"""A secret of AWS Secrets Manager, by its ARN or its name (botocore 1.44.5, secretsmanager
CreateSecret.Name)."""
DatabaseName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_$-]+$", max_length=63)]
"""PostgreSQL cuts longer names off, MySQL has 64 (their documentation, identifiers)."""


class Connect(Model):
    """The login of a user that may read everything that is to be checked, and nothing more: PostgreSQL and
    MySQL or MariaDB, over TLS."""

    secret: Secret
    """A secret of AWS Secrets Manager in the Region of the drill, by its name or ARN: JSON with `username`
    and `password`. The login has to be one that was valid when the backup was made: passwords are restored
    too."""
    database: DatabaseName
    """The database to connect to; it has to be in every database instance or cluster of the tier."""
