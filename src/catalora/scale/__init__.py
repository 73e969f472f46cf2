"""The same steps on several machines, with Ray; the only package that imports it."""
