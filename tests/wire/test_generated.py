"""What is committed follows from kefu.proto, and the SDK can use it without Django."""

import subprocess
import sys
from pathlib import Path

import pytest

from checks import proto

ROOT = Path(__file__).resolve().parent.parent.parent


def test_generated_files_and_copies_follow_from_the_schema():
    pytest.importorskip("grpc_tools")
    assert proto.main(["--check"]) == 0, "run `make proto`"


def test_the_schema_can_be_downloaded(server):
    import httpx

    answer = httpx.get(f"http://127.0.0.1:{server.port}/static/kefu/kefu.proto", headers={"Host": "acme.localhost"})
    assert answer.status_code == 200
    assert b"package kefu.v1;" in answer.content


def test_the_sdks_copy_needs_nothing_of_ours():
    script = (
        "import sys; from kefu_client.wire.frames import decode_frame, encode;"
        "print(decode_frame(encode({'type': 'ping', 'id': '1', 'data': {}})));"
        "assert not {'django', 'chat'} & set(sys.modules)"
    )
    environment = {"PYTHONPATH": str(ROOT / "sdks" / "python")}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, cwd="/")
    assert run.stdout.strip() == "{'type': 'ping', 'id': '1', 'data': {}}", run.stderr
