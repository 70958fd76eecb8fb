"""What people outside see: single-purpose, expiring, revocable links, each opening in the trail."""
