"""What is stored in a unit: resources, recovery points, snapshots and jobs, read, saved and judged."""
