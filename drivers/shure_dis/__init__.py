"""Shure DIS: central units of DCS 6000, DDS 5900 and Microflex Complete, by their external control protocol."""
