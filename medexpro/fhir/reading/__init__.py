"""Reading FHIR R4 that others wrote into plain values. Pure: no Django, no database, no clock."""
