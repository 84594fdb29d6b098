"""How a tenant wants words to be said: entries, groups that hold for some voices, and switches."""
