"""The pages of mediation, for those who find, mediate and oversee disputes."""
