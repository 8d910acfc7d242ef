"""Panasonic AW cameras: HTTP commands, and notifications that the camera sends to a port of ours."""
