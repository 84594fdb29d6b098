"""Speech Synthesis Markup Language: from tags to words that carry how they are said. See `parser.py`.

The elements are those of W3C SSML 1.1 that a voice can follow, and those that the cloud adds for digital
humans: `insert-action`, `word`, `emotion`. `docs/ssml.md` lists them for users.
"""
