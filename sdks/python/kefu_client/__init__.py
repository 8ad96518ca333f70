"""Talk to a Kefu server: as a visitor, an app or an agent. See docs/sdk-python.md."""
