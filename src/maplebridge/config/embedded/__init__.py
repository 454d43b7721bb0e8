"""The product's own PostgreSQL: started on first use, kept under `var/`, stopped with its last user."""
