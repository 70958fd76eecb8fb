"""Decisions about episodes as functions of plain values."""
