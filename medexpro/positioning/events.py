"""The events of this area. Details hold names of fields, never what was written."""

from medexpro.audit.kinds import declare

SHEET_CHANGED = declare("positioning:sheet:change", "Changed the clarity sheet")
TEXT_KEPT = declare("positioning:text:keep", "Wrote a text of the practice by hand")
TEXT_TAKEN = declare("positioning:text:take", "Took the text made from the clarity sheet")
BRAND_CHANGED = declare("positioning:brand:change", "Changed the brand colours")
SERVICE_MADE = declare("positioning:service:make", "Added a service to the menu")
SERVICE_CHANGED = declare("positioning:service:change", "Changed a service of the menu")
SERVICE_MOVED = declare("positioning:service:move", "Moved a service in the menu")
SERVICE_RETIRED = declare("positioning:service:retire", "Took a service off the menu")
SERVICE_BACK = declare("positioning:service:restore", "Put a service back on the menu")
BIO_CHANGED = declare("positioning:bio:change", "Changed a member’s bio")
PAGE_OPENED = declare("positioning:page:publish", "Opened the public page")
PAGE_CLOSED = declare("positioning:page:close", "Closed the public page")
PRINTED = declare("positioning:paper:print", "Printed a paper about the practice")
