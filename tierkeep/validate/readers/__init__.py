"""AWS's answers in the forms in which they are compared. Nothing here judges."""
