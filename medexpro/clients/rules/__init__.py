"""Decisions about clients as functions of plain values."""
