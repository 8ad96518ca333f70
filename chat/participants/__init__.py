"""Who speaks the protocol: visitor, program (and, in agents/, agent).

They know frames and verbs, but neither how frames travel (chat/consumers) nor how they are written (chat/encodings.py).
See docs/realtime.md.
"""
