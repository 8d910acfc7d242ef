"""Bosch DCN Next Generation over its Open Interface, RS-232 or TCP."""
