"""The Autobahn test suite's cases 1-7 and 10 against the server as we start it, by their numbers.

The suite itself (autobahntestsuite 25.10.1) runs on Python 2 only. These are its cases written anew: what is sent, what
may be seen and how the connection must end are the suite's, so that results can be compared.
`python -m tests.autobahn` prints them. See docs/reliability/websocket.md.
"""
