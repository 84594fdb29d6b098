"""The simple voice modeler: a built-in voice, moved to a person's pitch and average spectrum."""
