"""The officers' console: Django's admin with our own pages."""
