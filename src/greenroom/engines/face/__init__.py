"""Faces in footage: landmarks (tracker), measures on them (geometry) and the footage check."""
