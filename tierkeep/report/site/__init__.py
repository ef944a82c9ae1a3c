"""The static site of `tierkeep report`: promises, findings, drills, coverage; each page whole in itself."""
