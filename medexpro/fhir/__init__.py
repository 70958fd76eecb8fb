"""Fhir area."""
