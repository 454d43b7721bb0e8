"""What administrators look after: rules, routing, working time, categories, the record; a module a page."""
