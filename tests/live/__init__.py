"""What the project promises, asked of the real running server."""
