"""What is owed today, derived from the record and never stored."""
