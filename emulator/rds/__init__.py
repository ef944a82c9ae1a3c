"""What moto's RDS lacks: databases on a real PostgreSQL server, and snapshots that hold their data."""
