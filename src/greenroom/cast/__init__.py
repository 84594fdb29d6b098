"""The presenters and the voice samples that ship with Greenroom: data, and what reads and writes it."""
