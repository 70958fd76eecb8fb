"""Words in what leaves the practice: marked while writing and before signing, with what was let stand all the same."""
