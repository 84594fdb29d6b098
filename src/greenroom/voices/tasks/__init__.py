"""Asynchronous speech tasks: long texts to sound files with their times and subtitles."""
