"""The spine: what this service is for, from when to when, and what is missing."""
