"""Whisper speech recognition on CTranslate2. See `recogniser.py`."""
