"""Decisions about session logs, as functions of plain values."""
