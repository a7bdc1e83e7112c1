"""Pictures of every page: what the command of tests/screenshots.py is made of."""
