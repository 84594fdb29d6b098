"""Slide decks as pictures, titles, notes and steps. Knows no product context."""
