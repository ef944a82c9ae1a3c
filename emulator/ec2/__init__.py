"""What moto's EC2 lacks: data on volumes, images of whole instances, fast snapshot restores, the archive."""
