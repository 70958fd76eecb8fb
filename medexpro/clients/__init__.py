"""The people we serve: who they are, how to reach them, what is recorded about their health, what they agreed to."""
