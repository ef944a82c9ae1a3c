"""Figures of AWS's that several parts reckon with, once each."""

SHORTEST_START_WINDOW_MINUTES = 60
"""AWS Backup refuses a shorter start window (botocore 1.44.5, backup BackupRuleInput.StartWindowMinutes)."""

LONGEST_RETENTION_DAYS = 36_500
"""AWS Backup keeps nothing longer, unless always (developer guide, plan-options-and-configuration)."""

POINT_IN_TIME_LAG_MINUTES = 5
"""How far the last restorable moment lags behind (AWS Backup developer guide, point-in-time-recovery)."""
