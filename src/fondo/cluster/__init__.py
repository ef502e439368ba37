"""Fits on the workers of a Ray cluster; `fondo.open_pool("ray")` opens one."""
