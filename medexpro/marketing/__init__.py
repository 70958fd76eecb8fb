"""First contacts: screening days, and leads until one becomes a client. Nobody here has a clinical record."""
