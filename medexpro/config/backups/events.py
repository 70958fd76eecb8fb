"""What backups write into the trail."""

from medexpro.audit import kinds

BACKUP_MADE = kinds.declare("practice:backup:made", "Made a backup")
BACKUP_RESTORED = kinds.declare("practice:backup:restored", "Restored from a backup")
