"""Who refers, clears and operates: people with a license, and where they work."""
