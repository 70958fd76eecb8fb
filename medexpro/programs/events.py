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
HOME_ADDED = declare("programs:home:added", "Put an exercise on the home program")
HOME_CHANGED = declare("programs:home:changed", "Changed a dose of the home program")
HOME_REMOVED = declare("programs:home:removed", "Took an exercise out of the home program")
HOME_GIVEN = declare("programs:home:given", "Gave the home program out, on paper or by link")
HOME_LINK_ENDED = declare("programs:home:link-ended", "Ended the link of a home program")
HOME_OPENED = declare("programs:home:opened", "Opened the home program by its link")
HOME_DONE = declare("programs:home:done", "Ticked the home program as done today")
