"""Kiosks, and residents who say who they are at one."""
