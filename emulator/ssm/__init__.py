"""Run Command of AWS Systems Manager: commands with results, by the clock."""
