"""Adopting what exists: a desired and an observed state -> what Terraform takes over, and what changes."""
