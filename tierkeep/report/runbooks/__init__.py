"""The runbooks of `tierkeep docs`: how to recover what a tier protects, by hand and by command."""
