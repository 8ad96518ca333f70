"""`kefu demo replay`: real dialogues through real sockets, read back over REST and compared (docs/proofs.md).

It knows the server only by what any client knows: the sign-in page, the visitor's session, frames and the REST API.
"""
