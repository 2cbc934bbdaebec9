"""Who is asking, and may they: decided from method, path and headers, before the body is read."""
