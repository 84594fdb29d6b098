"""Is a recording of a voice good enough to learn from, and what is to be mended? Pure functions."""
