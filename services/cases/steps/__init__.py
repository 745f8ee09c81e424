"""Kinds of step: one file a kind."""
