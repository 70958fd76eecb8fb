"""How words and codes are compared. Pure."""
