"""Catalog -> DesiredState: names, ARNs, schedules, lifecycles, copies, selections."""
