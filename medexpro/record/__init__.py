"""One client's record as a whole: what happened when, what colleagues say of it, to whom it was given."""
