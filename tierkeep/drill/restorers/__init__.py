"""What a drill can restore: one module a type and a way in which its backups are made, and a registry."""
