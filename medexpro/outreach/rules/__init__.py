"""Decisions of this area as functions of plain values."""
