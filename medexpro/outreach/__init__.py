"""Keeping relationships with referral sources: who needs a word, letters that go to them, how they were answered."""
