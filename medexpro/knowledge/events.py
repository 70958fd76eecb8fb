"""What the trail says about the reference data."""

from medexpro.audit import kinds

APPROVED = kinds.declare("knowledge:rules:approve", "Approved working rules by name")
