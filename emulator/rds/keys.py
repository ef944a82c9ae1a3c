"""Keys of encrypted databases: where nobody names one it is the account's own for RDS, as an ARN.

"Overview of encrypting Amazon RDS resources" in the Amazon RDS User Guide.  moto answers a word that names no
key.
"""

from typing import Any

from emulator.backup import keys

_DEFAULT = "default_kms_key_id"
"""What moto says for it."""

_KEY = "emulator_kms_key_id"


def install() -> None:
    """Have moto's databases and clusters name the key that they are encrypted with."""
    from moto.rds import models

    instance: Any = models.DBInstance
    cluster: Any = models.DBCluster
    named = instance.kms_key_id
    instance.kms_key_id = property(lambda self: _key(self, named.fget(self)), named.fset)
    cluster.kms_key_id = property(
        lambda self: _key(self, self.__dict__.get(_KEY)), lambda self, key: self.__dict__.update({_KEY: key})
    )


def _key(database: Any, named: str | None) -> str | None:
    if not database.storage_encrypted:
        return None
    if named == _DEFAULT:
        return keys.aws_managed(database.account_id, database.region, keys.RDS_ALIAS)
    return named
