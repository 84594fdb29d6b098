"""What a rendered part looks like and a finished film sounds like, measured and never assumed."""
