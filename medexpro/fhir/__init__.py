"""The record as FHIR: reading what others wrote. Nothing inside the product knows FHIR."""
