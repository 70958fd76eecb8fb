"""What the trail says about the reference data."""

from medexpro.audit import kinds

APPROVED = kinds.declare("knowledge:rules:approve", "Approved working rules by name")
OWN_DRAFT = kinds.declare("knowledge:own:draft", "Kept a draft of the practice’s own version")
OWN_DROPPED = kinds.declare("knowledge:own:drop", "Threw away a draft of the practice’s own version")
OWN_IN_SERVICE = kinds.declare("knowledge:own:service", "Put the practice’s own version in service")
OWN_AGAIN = kinds.declare(
    "knowledge:own:again", "Put a former version of the practice’s own in service again"
)
OWN_WITHDRAWN = kinds.declare("knowledge:own:withdraw", "Withdrew the practice’s own version")
OWN_IMPORTED = kinds.declare("knowledge:own:import", "Brought own versions in from a file")
TURNED_ON = kinds.declare("knowledge:figures:on", "Turned unverified figures on for the practice")
TURNED_OFF = kinds.declare("knowledge:figures:off", "Turned unverified figures off again")
