"""Transports: how frames travel. Sockets (socket.py), long poll and poll (poll.py); what frames mean is the
participants' (chat/participants)."""
