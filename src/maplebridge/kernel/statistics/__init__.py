"""Rates, composites, scans and series: the numbers behind grades and early warnings."""
