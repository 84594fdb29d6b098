"""Text fronts: they read a language's text and say which phonemes its words have. See `front.py`."""
