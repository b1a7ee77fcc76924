"""What travels as JSON, both ways, by subject. Schemas shape; they never query."""
