"""Parts of tidy.py."""
