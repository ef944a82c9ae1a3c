"""The EBS direct APIs: reading, comparing and writing the blocks of snapshots."""
