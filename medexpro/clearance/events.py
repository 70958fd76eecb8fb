"""What the trail says of clearance."""

from medexpro.audit.kinds import declare

SCREEN_STARTED = declare("clearance:screening:start", "Started a screening")
SCREEN_ANSWERED = declare("clearance:screening:answer", "Answered a screening question")
SCREEN_FINISHED = declare("clearance:screening:finish", "Finished a screening")
HISTORY_TOLD = declare("clearance:history:tell", "Said what is known about a client for the safety rules")
FINDING_DECIDED = declare("clearance:finding:decide", "Decided a screening finding")
GRANTED = declare("clearance:decision:grant", "Cleared a client to exercise")
REFUSED = declare("clearance:decision:refuse", "Recorded that a client is not cleared")
WITHDRAWN = declare("clearance:decision:withdraw", "Withdrew a clearance")
LIMIT_SET = declare("clearance:limit:set", "Recorded a provider's limit")
LIMIT_ENDED = declare("clearance:limit:end", "Ended a provider's limit")
TIGHTENED = declare("clearance:practice-limit:set", "Tightened a limit for the practice")
LOOSENED = declare("clearance:practice-limit:end", "Ended a tighter limit of the practice")
PLAN_RECORDED = declare("clearance:plan:record", "Recorded a provider's written plan")
PRECAUTION_SUGGESTED = declare("clearance:precaution:suggest", "Suggested a precaution")
PRECAUTION_CONFIRMED = declare(
    "clearance:precaution:confirm", "Confirmed a precaution by the provider's instruction"
)
PRECAUTION_DECLINED = declare(
    "clearance:precaution:decline", "Left out a precaution by the provider's instruction"
)
PRECAUTION_RELEASED = declare(
    "clearance:precaution:release", "Recorded the provider's release of a precaution"
)
PRECAUTION_KEPT = declare(
    "clearance:precaution:keep", "Recorded that a precaution stays by the provider's answer"
)
PRECAUTION_ADDED = declare("clearance:precaution:add", "Added a precaution")
OWED = declare("clearance:to-tell:owe", "Noted findings that a provider is to hear of")
TOLD = declare("clearance:to-tell:tell", "Told a provider of a finding")
REFERRED_BACK = declare("clearance:refer-back:open", "Referred a finding back to the provider")
ANSWERED = declare("clearance:refer-back:answer", "Recorded the provider's answer")
