"""The admin pages of what lives in `public`: a brand's own settings and keys, and all of it for the installation."""

from tenants.admin import brand, installation  # noqa: F401  (importing registers)
