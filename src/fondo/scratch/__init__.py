"""The glass box: networks in plain NumPy, forward and backward, every number open to view.

It imports nothing else of fondo but its errors, and is written to be read; start at `dense`.
"""
