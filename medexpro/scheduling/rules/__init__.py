"""Decisions about bookings, as functions of plain values."""
