"""The operations of AWS Backup, by what they are about."""
