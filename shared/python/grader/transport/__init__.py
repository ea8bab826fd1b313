"""Frames over a socket, and requests over frames."""
