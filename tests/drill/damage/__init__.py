"""Damage that AWS's own test, "restored", does not see, by type, and what a drill says of it."""
