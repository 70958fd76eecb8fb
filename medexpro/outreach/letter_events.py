"""The events of letters."""

from medexpro.audit.kinds import declare

DRAFT = declare("outreach:letter:draft", "Drafted a letter to a referral source")
WRITE = declare("outreach:letter:write", "Changed the words of a letter")
READDRESS = declare("outreach:letter:readdress", "Addressed a letter to another referral source")
SIGN = declare("outreach:letter:sign", "Signed a letter to a referral source")
DISCARD = declare("outreach:letter:discard", "Put a letter away")
SEND = declare("outreach:delivery:send", "Sent a letter to a referral source")
MAILED = declare("outreach:delivery:mailed", "The e-mail with a letter left")
FAILED = declare("outreach:delivery:fail", "Sending a letter failed")
REVOKE = declare("outreach:delivery:revoke", "Ended a link to a letter")
OPEN = declare("outreach:delivery:open", "A letter was opened by its link")
IMPROVED = declare("outreach:improvement:find", "Found an improvement to tell the referring provider")
SET_ASIDE = declare("outreach:improvement:set-aside", "Set an improvement aside without a letter")
