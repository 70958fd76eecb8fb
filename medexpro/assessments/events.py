"""What the trail says of measuring and of goals."""

from medexpro.audit.kinds import declare

STARTED = declare("assessments:assessment:start", "Started an assessment")
PLANNED = declare("assessments:assessment:plan", "Changed what an assessment measures")
LEFT_OUT = declare("assessments:assessment:leave-out", "Left a planned measure out of an assessment")
NOTED = declare("assessments:note:write", "Wrote a note of an assessment")
NOTE_CORRECTED = declare("assessments:note:correct", "Corrected a note of a finished assessment")
STEPS_NAMED = declare("assessments:steps:name", "Named the steps of an assessment")
FINISHED = declare("assessments:assessment:finish", "Finished an assessment")
RECORDED = declare("assessments:measurement:record", "Recorded a measurement")
CHANGED = declare("assessments:measurement:change", "Changed a measurement")
CORRECTED = declare("assessments:measurement:correct", "Corrected a measurement of a finished assessment")
REMOVED = declare("assessments:measurement:remove", "Removed a measurement")
RESTORED = declare("assessments:measurement:restore", "Put a removed measurement back")
GOAL_SET = declare("assessments:goal:set", "Set a goal")
GOAL_CHANGED = declare("assessments:goal:change", "Replaced a goal")
GOAL_DROPPED = declare("assessments:goal:drop", "Dropped a goal")
GOAL_MET = declare("assessments:goal:meet", "A goal was reached")
GOAL_REOPENED = declare("assessments:goal:reopen", "Opened a goal again")
TABLE_CHOSEN = declare("assessments:table:choose", "Chose the table a measure is compared with")
