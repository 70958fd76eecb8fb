"""Whether it is safe, as functions of plain values: gates, limits, screening, clearing, and the tablet's copy."""
