"""The tenant storm: every door of many brands at once, each brand with a canary planted in every text it holds.

No answer, frame, log line, row, cache entry or file of a brand may hold another brand's canary, and another brand's id
must be answered like one that does not exist. `python -m tests.storm --operations 20000 --seed 1`; with `--leak thread`
the server has a planted bug that the storm must find. See docs/proofs.md.
"""
