"""What the practice knows: measures, norms, gates, protocols, exercises, codes and words."""
