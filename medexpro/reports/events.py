"""The events of this area."""

from medexpro.audit.kinds import declare

DRAFT = declare("reports:document:draft", "Drafted a document")
WRITE = declare("reports:document:write", "Changed the words of a draft")
CHECK = declare("reports:document:check", "Checked a draft")
READDRESS = declare("reports:document:readdress", "Addressed a draft to another provider")
SIGN = declare("reports:document:sign", "Signed a document")
REPLACE = declare("reports:document:replace", "Began a document that replaces a signed one")
DISCARD = declare("reports:document:discard", "Discarded a draft")
SEND = declare("reports:delivery:send", "Sent a document")
MAILED = declare("reports:delivery:mailed", "The e-mail with a document left")
FAILED = declare("reports:delivery:fail", "Sending a document failed")
REVOKE = declare("reports:delivery:revoke", "Ended a link to a document")
OPEN = declare("reports:delivery:open", "A document was opened by its link")
RECEIVE = declare("reports:delivery:receive", "Recorded that a provider has a document")
TAKE_BACK = declare("reports:delivery:take-back", "Took back what was recorded of a delivery")
BATCH = declare("reports:batch:start", "Began to draft several documents")
ACKNOWLEDGE = declare("reports:delivery:acknowledge", "A provider confirmed having read a document")
