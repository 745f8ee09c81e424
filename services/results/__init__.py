"""What a service ends with besides letters, and how it reaches its holder."""
