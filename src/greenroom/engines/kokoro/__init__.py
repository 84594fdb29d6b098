"""Kokoro 82M: speech in nine languages and 54 voices. See `engine.py`."""
