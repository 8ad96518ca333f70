"""What an installation admin sees: brands, host names, accounts, sign-in attempts. Nothing from inside a brand."""

from tenants.admin.installation import accounts, brands, host_names, sign_ins  # noqa: F401  (importing registers)
