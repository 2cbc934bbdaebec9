"""What one can ask of the pastebin: a function each, a transaction each. Knows no HTTP."""
