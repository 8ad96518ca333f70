"""The demo: brands, their desks, a week that is over and talks of today (docs/profile.md)."""
