"""The events of this area."""

from medexpro.audit.kinds import declare

MADE = declare("programs:program:made", "Made a program from a protocol")
CHANGED = declare("programs:exercise:changed", "Changed an exercise of the program")
ADDED = declare("programs:exercise:added", "Added an exercise to the program")
REMOVED = declare("programs:exercise:removed", "Took an exercise out of the program")
PHASE = declare("programs:phase:decided", "Decided about the program's phase")
ENDED = declare("programs:program:ended", "Ended a program")
ENTRY = declare("programs:entry:confirmed", "Confirmed entry criteria of a program")
STEP = declare("programs:exercise:step", "Took a suggested step of an exercise")
