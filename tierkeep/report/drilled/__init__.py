"""What drills have shown, read back from their evidence: for pages and runbooks."""
