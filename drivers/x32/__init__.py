"""Behringer X32, X-Air and Midas M32, MR18 over OSC."""
