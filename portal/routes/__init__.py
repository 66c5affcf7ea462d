"""Addresses, one file for each desk."""
