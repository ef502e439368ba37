"""The command line: one file a command. Nothing here trains, judges or reads data itself."""
