"""The events of readiness. Details hold keys and counts."""

from medexpro.audit.kinds import declare

ITEM_CHANGED = declare("outreach:readiness:change", "Changed a practice standard or a task of the plan")
ITEM_RETIRED = declare("outreach:readiness:put-away", "Put a practice standard or a task away")
ITEM_BACK = declare("outreach:readiness:restore", "Took a practice standard or a task up again")
SAID = declare("outreach:readiness:say", "Said that a standard is met or a task is done")
STRUCK = declare("outreach:readiness:strike", "Took back that a standard is met or a task is done")
SCORED = declare("outreach:readiness:score", "Kept the readiness score of the day")
PLAN_BEGUN = declare("outreach:plan:begin", "Began the 30-day plan")
PLAN_ENDED = declare("outreach:plan:end", "Ended the 30-day plan")
