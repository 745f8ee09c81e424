"""Waiting rooms of the city's offices: lines, tickets, windows, call screens, appointments."""
