"""What was measured: trials, norms, change that counts, goals."""
