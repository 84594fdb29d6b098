"""Trained voices where they are spoken with: see `library`."""
