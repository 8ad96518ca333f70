"""The inbox: what an agent's lists hold (filters, views), and what is done to many at once (docs/inbox.md)."""
