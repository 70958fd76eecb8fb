"""Decisions about measurements as functions of plain values: what may be kept, what changed, how it compares."""
