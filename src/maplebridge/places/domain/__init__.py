"""Territory and addresses, computed without a database."""
