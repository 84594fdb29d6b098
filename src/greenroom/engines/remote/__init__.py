"""Speech engines of other programs, named by setting: OpenAI-compatible servers, Wyoming servers, and Python.

See `configuration.py` for the setting. Nothing here calls any address but those that the setting names.
"""
