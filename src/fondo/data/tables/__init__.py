"""Tables to arrays. Nothing is imported here: name the module you need."""
