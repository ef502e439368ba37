"""Pictures: files on disk become arrays of pixels."""
