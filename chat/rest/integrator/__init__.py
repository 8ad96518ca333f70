"""Endpoints for integrators' programs: visitors, conversations, messages, files, with a secret key."""
