"""Amazon Data Lifecycle Manager (DLM)."""
