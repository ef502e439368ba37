"""What a trained network hears, told to other programs over a network."""
