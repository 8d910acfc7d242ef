"""Behringer X32 and Midas M32 (and X-Air) over OSC."""
