"""Extron presentation switchers that speak SIS."""
