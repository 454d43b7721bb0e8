"""The map of the territory with its list: who holds which ground, who is on duty there, whom to call."""
