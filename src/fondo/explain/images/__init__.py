"""What a network sees in pictures: layers, filters, maps of where it looked, shifts and errors."""
