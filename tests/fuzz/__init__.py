"""Fuzzed frames against a real server, in both encodings, as visitor, agent and app, while two neighbours talk on.

`python -m tests.fuzz --frames 1000000 --seed 1`. Frame number n of a seed is always the same, up to the ids that the
server made: `--from n --frames 1` sends it again. With `--bug` the server has a planted bug that must be found.
See docs/reliability/websocket.md.
"""
