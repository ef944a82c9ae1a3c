"""What two versions of the AWS provider take of the types that the stacks use."""
