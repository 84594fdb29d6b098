"""Greenroom: self-hosted digital humans, from footage to a speaking avatar."""

__version__ = "0.1.0"
