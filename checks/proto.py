"""Makes what follows from chat/wire/kefu.proto: the generated Python, the SDK's copies, the file for download.

`python checks/proto.py` (make proto) writes them; with `--check` it names those that differ and exits with 1.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WIRE = ROOT / "chat" / "wire"
SDK = ROOT / "sdks" / "python" / "kefu_client" / "wire"
GENERATED = ("kefu_pb2.py", "kefu_pb2.pyi")


def generate() -> dict[str, bytes]:
    """Run protoc on kefu.proto; returns file names and contents. Raises ImportError without grpcio-tools."""
    import grpc_tools  # noqa: F401

    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={WIRE}", f"--python_out={out}"]
        subprocess.run([*command, f"--pyi_out={out}", str(WIRE / "kefu.proto")], check=True)
        return {name: (Path(out) / name).read_bytes() for name in GENERATED}


def outputs() -> dict[Path, bytes]:
    """Every file that follows from kefu.proto or is a copy of the codec, with what it must hold."""
    generated = generate()
    files = {WIRE / name: content for name, content in generated.items()}
    files |= {SDK / name: content for name, content in generated.items()}
    files[SDK / "frames.py"] = (WIRE / "frames.py").read_bytes()
    files[ROOT / "static" / "kefu" / "kefu.proto"] = (WIRE / "kefu.proto").read_bytes()
    return files


def main(arguments: list[str]) -> int:
    differing = {path: new for path, new in outputs().items() if not path.exists() or path.read_bytes() != new}
    for path, content in differing.items():
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)}: differs from chat/wire/kefu.proto. Run `make proto`.")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if differing and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
