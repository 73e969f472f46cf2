"""What in the training products an answer can be held against."""
