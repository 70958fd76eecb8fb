"""One encrypted archive of a whole practice: database, files, keys and the heads of its trails; made and restored."""
