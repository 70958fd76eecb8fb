"""Who the practice serves and what it does not do, kept once: clarity sheet, brand, bios, services, scope statement."""
