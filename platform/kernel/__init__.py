"""Plain Python shared by all: no Django, no database, no network."""
