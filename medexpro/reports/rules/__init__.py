"""Decisions about documents as functions of plain values: how long, how many words, what fits."""
