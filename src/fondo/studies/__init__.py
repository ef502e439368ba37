"""Small studies of how networks learn, each with its numbers, a picture and a sentence."""
