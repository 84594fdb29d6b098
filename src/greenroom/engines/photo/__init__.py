"""A person from one portrait photo: the photo's check, its movement, and a mouth that needs no training."""
