"""The events of this area."""

from medexpro.audit.kinds import declare

OPENED = declare("sessions:session:opened", "Opened a session log")
READING = declare("sessions:reading:taken", "Recorded a reading")
RED_FLAGS = declare("sessions:red-flags:asked", "Asked the red-flag question")
SIGNS = declare("sessions:signs:asked", "Asked for today’s signs")
GATE_CLOSED = declare("sessions:gate:closed", "The gate closed")
GATE_CLEARED = declare("sessions:gate:cleared", "The gate cleared")
DECIDED = declare("sessions:finding:decided", "Decided a finding with a reason")
STARTED = declare("sessions:session:started", "Started the session")
LOGGED = declare("sessions:exercise:logged", "Logged an exercise")
WROTE = declare("sessions:note:written", "Wrote in the session log")
HELD = declare("sessions:session:held", "Recorded and held the session")
VOID = declare("sessions:session:void", "Recorded that a session did not take place")
READY = declare("sessions:session:ready", "Marked the session ready to sign")
REFUSED = declare("sessions:command:refused", "A session command was refused")
SIGNED = declare("sessions:session:signed", "Signed and locked the session")
COSIGNED = declare("sessions:session:cosigned", "Co-signed the session")
ADDED = declare("sessions:addendum:added", "Added an addendum")
