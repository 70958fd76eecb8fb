"""Practices, their members, roles and permissions, and the settings of a practice."""
