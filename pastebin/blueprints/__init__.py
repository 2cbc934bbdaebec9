"""The protocols: each turns requests into calls of the core, and its answers into its own words."""
