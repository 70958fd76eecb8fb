"""Pages of a client's record, one function each."""
