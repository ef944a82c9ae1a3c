"""Deployment units: one stack per account and Region, each with its own state."""
