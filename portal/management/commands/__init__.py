"""Commands that need the addresses of the portal."""
