"""Invented people, bodies and claims for trying the portal out; everything says that it is a demonstration."""
