"""Decisions about a record as a whole: the order of the timeline, who is mailed a notice."""
