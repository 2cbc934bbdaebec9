"""Pictures: a recipe and bytes in, bytes out, within a budget. Knows no HTTP and no database."""
