"""PTZ cameras that speak VISCA: Sony UDP, raw TCP, serial."""
