"""The HTTP server beneath: a gunicorn worker in which a waiting client costs a socket, not a thread."""
