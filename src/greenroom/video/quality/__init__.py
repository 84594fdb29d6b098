"""The quality report that every produced video carries, and the limits that it is held to."""
