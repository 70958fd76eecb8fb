"""What the trail says of messages to colleagues and of disclosures."""

from medexpro.audit.kinds import declare

MESSAGE_WRITTEN = declare("record:message:write", "Wrote a message to colleagues")
MESSAGES_READ = declare("record:message:read", "Read messages of colleagues")
DISCLOSURE_ASKED = declare(
    "record:disclosure:ask", "Had a client’s whole record made, to be given to someone"
)
