"""What the trail says of referrals."""

from medexpro.audit.kinds import declare

TAKEN_IN = declare("referrals:referral:take-in", "Took in a referral")
CHANGED = declare("referrals:referral:change", "Changed a referral")
CHECKED = declare("referrals:check:answer", "Answered a check of a referral")
ACKNOWLEDGED = declare("referrals:referral:acknowledge", "Acknowledged a referral")
DECLINED = declare("referrals:referral:decline", "Declined a referral")
SCANNED = declare("referrals:referral:scan", "Put the scan of a referral on file")
