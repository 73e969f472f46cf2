"""Tokenise, pack, compute the loss, train, and survive being interrupted."""
