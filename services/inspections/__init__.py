"""Visits in the field: when, what was found, with photos and place."""
