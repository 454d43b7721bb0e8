"""Pure computation that every area may use: tables, Chinese text, geometry, working time, periods."""
