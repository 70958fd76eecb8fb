"""Decisions about referrals as functions of plain values."""
