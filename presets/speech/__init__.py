"""How the weights that every trained voice begins with are made: see `presets.speech.make`."""
