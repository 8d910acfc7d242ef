"""Bosch DICENTIS (wired) over its conference protocol."""
