"""Descriptions for a whole catalogue: titles in, one row each out, in an order of work that survives a kill."""
