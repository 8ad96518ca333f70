"""Protobuf frames; `frames.py` and `kefu_pb2` are copies that `make proto` makes."""
