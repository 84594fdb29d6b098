"""Piper: a fast English voice. See `engine.py`."""
