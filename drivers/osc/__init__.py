"""Microphones by any OSC addresses, by patterns from CONFIG."""
