"""The browser app: pages over run folders and pipeline functions; it computes nothing itself.

The pages run in the web server's process and never import torch: what needs a model goes to one worker process
(`worker`), what takes long goes to processes of their own (`jobs`, `preparing`). Every figure comes from a folder.
"""
