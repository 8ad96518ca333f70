from tests.rest.conftest import mallory_api

__all__ = ["mallory_api"]
