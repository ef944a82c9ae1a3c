"""What the emulator mends of moto's KMS."""

from emulated import Aws


def test_keys_go_by_their_arn(aws: Aws) -> None:
    """Disabling, enabling, and scheduling or cancelling deletion take the ARN of a key, as AWS does."""
    arn = aws.kms.create_key()["KeyMetadata"]["Arn"]
    for change, state in (
        (aws.kms.disable_key, "Disabled"),
        (aws.kms.enable_key, "Enabled"),
        (aws.kms.schedule_key_deletion, "PendingDeletion"),
        (aws.kms.cancel_key_deletion, "Disabled"),
    ):
        change(KeyId=arn)
        assert aws.kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == state
