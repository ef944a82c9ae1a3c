"""The upper rungs: whether restored data is what the catalog says that it must be. One evaluator a form."""
