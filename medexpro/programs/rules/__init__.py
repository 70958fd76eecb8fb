"""Decisions about programs, as functions of plain values."""
