"""Pure functions that build networks: sizes in, keras.Model out."""
