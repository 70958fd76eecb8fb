"""What the trail says of referrals."""

from medexpro.audit.kinds import declare

TAKEN_IN = declare("referrals:referral:take-in", "Took in a referral")
CHANGED = declare("referrals:referral:change", "Changed a referral")
CHECKED = declare("referrals:check:answer", "Answered a check of a referral")
ACKNOWLEDGED = declare("referrals:referral:acknowledge", "Acknowledged a referral")
DECLINED = declare("referrals:referral:decline", "Declined a referral")
SCANNED = declare("referrals:referral:scan", "Put the scan of a referral on file")
SOURCE_ADDED = declare("referrals:source:add", "Added a referral source")
SOURCE_CHANGED = declare("referrals:source:change", "Changed a referral source")
SOURCE_PLANNED = declare("referrals:source:plan", "Planned the next step with a referral source")
TOUCHED = declare("referrals:touch:log", "Logged a touch with a referral source")
TOUCH_STRUCK = declare("referrals:touch:strike", "Struck out a touch with a referral source")
SOURCES_IMPORTED = declare("referrals:source:import", "Brought in a list of referral sources")
INCOMING_RECEIVED = declare("referrals:incoming:receive", "Received a referral through the public page")
INCOMING_SEEN = declare("referrals:incoming:see", "Began to look at a referral from the web")
INCOMING_ACCEPTED = declare("referrals:incoming:accept", "Accepted a referral from the web")
INCOMING_DECLINED = declare("referrals:incoming:decline", "Declined a referral from the web")
INCOMING_SPAM = declare("referrals:incoming:spam", "Marked a referral from the web as spam")
INCOMING_TAKEN_BACK = declare("referrals:incoming:take-back", "Let a referral from the web wait again")
TRACKING_CLOSED = declare("referrals:incoming:close-tracking", "Closed the tracking page of a referral")
INCOMING_LET_GO = declare(
    "referrals:incoming:let-go", "Let go of referrals from the web that came to nothing"
)
