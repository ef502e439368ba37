"""What answers to sounds rest on: which stretch of time, and which lengths and levels."""
