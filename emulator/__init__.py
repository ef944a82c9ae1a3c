"""An emulator of AWS for tests: moto, with AWS Backup and Amazon Data Lifecycle Manager (DLM) added.

It is written from AWS's own service models (as botocore carries them) and AWS's documentation, and it
knows nothing of the programs that are tested against it.

In process::

    import emulator
    from moto import mock_aws

    emulator.install()
    with mock_aws():
        boto3.client("backup").create_backup_vault(BackupVaultName="vault")

As a server: ``python -m emulator --help``.
"""

from emulator.installation import install

__all__ = ["install"]
