"""Knowledge area."""
