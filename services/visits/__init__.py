"""Visits to people at home: planned for a day and a village, reported from the field."""
