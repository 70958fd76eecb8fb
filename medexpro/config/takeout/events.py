"""What taking a whole practice out, and bringing one in, writes into the trail."""

from medexpro.audit import kinds

PRACTICE_EXPORTED = kinds.declare("practice:record:export", "Took the whole practice out")
PRACTICE_BROUGHT_IN = kinds.declare("practice:record:import", "Brought the whole practice in")
