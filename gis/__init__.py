"""Geometry and analysis: values in, values out. No Flask, no SQL, no clock, no app."""
