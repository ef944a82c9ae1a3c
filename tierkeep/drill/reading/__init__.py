"""Looking inside what was restored: blocks and the structures that they hold, and the items of tables."""
