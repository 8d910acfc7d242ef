"""What a written answer looks like."""

import re

COUNTS = re.compile(r"(\d{1,2})\s*-\s*(\d{1,2})")
TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
