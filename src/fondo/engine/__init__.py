"""How training runs: compiled epochs, streamed epochs, checkpoints, exact resume, callbacks.

Nothing is imported here: import what you need from its module, so that `fondo --help` stays quick.
"""
