"""What the trail says of records brought in."""

from medexpro.audit.kinds import declare

UPLOADED = declare("fhir:upload:read", "Uploaded a record to look at")
IMPORTED = declare("fhir:record:import", "Brought in a record")
