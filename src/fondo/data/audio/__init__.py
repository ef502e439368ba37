"""Sound: files and arrays, training clips for a trigger word. Name the module you need."""
