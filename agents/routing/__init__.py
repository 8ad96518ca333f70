"""Who gets which waiting conversation, and why (docs/routing.md).

`facts`, `choose`, `reasons` and `simulate` are pure; `read` makes facts of rows, `route` locks, `write` writes,
`waking` starts it early, `overflow` and `silent` move what stood too long.
"""
