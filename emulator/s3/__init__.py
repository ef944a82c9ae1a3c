"""What moto's S3 lacks: versions at a moment, whole listings, conditional writes one at a time."""
