"""What is planned: the program made from a protocol, its phases and progression."""
