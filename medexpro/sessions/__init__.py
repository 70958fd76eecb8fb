"""What was done on the floor: session logs, their commands, signatures and addenda."""
