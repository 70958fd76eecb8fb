"""What the trail says of clients and their facts."""

from medexpro.audit.kinds import declare

ADDED = declare("clients:client:add", "Added a client")
CHANGED = declare("clients:client:change", "Changed a client’s details")
ARCHIVED = declare("clients:client:archive", "Archived a client")
RESTORED = declare("clients:client:restore", "Brought an archived client back")
ASSIGNED = declare("clients:assignment:start", "Assigned a member to a client")
UNASSIGNED = declare("clients:assignment:end", "Ended an assignment")
CONTACT_ADDED = declare("clients:contact:add", "Added a contact person")
CONTACT_CHANGED = declare("clients:contact:change", "Changed a contact person")
CONTACT_REMOVED = declare("clients:contact:remove", "Removed a contact person")
CONTACT_RESTORED = declare("clients:contact:restore", "Brought a contact person back")
CONSENT_SIGNED = declare("clients:consent:sign", "Recorded a signed agreement")
CONSENT_WITHDRAWN = declare("clients:consent:withdraw", "Recorded that an agreement was withdrawn")
FACT_ADDED = declare("clients:fact:add", "Recorded a health fact")
FACT_CHANGED = declare("clients:fact:change", "Changed a health fact")
FACT_REMOVED = declare("clients:fact:remove", "Removed a health fact")
FACT_RESTORED = declare("clients:fact:restore", "Brought a health fact back")
READINGS_ADDED = declare("clients:readings:add", "Recorded readings of another record")
DOCUMENT_ADDED = declare("clients:document:add", "Put a document on file")
DOCUMENT_REMOVED = declare("clients:document:remove", "Took a document off file")
DOCUMENT_RESTORED = declare("clients:document:restore", "Put a document back on file")
