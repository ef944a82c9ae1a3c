"""What moto's DynamoDB lacks: a journal of the changes of tables, and restores from it."""
