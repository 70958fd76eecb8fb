"""Whether it is safe: screening, red flags, gates, decisions with limits, refer back."""
