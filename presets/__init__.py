"""How the presenters that ship with Greenroom are made: build-time tools, never needed to run the product."""
