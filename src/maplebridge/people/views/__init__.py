"""Pages of people: signing in, one's own account, the administration of staff."""
