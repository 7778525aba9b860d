"""Drawings under everything that goes wrong at once: none may be lost, none stored twice. ``make soak``."""
