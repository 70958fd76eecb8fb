"""Decisions about providers as functions of plain values."""
