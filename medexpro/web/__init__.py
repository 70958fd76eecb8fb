"""Web area."""
