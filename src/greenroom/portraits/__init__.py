"""Photos of people in requests: read from outside safely, and looked at in child processes."""
