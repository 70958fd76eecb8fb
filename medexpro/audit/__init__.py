"""Who did what and when: an append-only trail without foreign keys, sealed into one hash chain per practice."""
