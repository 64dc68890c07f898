"""Strict stand-ins for the three chat platforms over HTTP: for tests, group day and bench."""
