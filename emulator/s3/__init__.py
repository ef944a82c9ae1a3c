"""What moto's S3 lacks: a journal of the versions of a bucket's objects."""
