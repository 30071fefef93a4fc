"""The wasmd binary: built from the Go module beside this package, once for each content of its two files."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import Failure, trace

MODULE = Path(__file__).resolve().parent.parent
COMMAND = "github.com/CosmWasm/wasmd/cmd/wasmd"
LIBRARY = "github.com/CosmWasm/wasmvm/v3"


def cache_folder():
    """Where this project keeps what is costly to build."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tessera"


def ensure(traced=False):
    """The path of the binary, built first if no build of these very files is cached."""
    folder = cache_folder() / "wasmd" / (_fingerprint() + ("-traced" if traced else ""))
    if not (folder / "wasmd").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with open(folder.parent / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "wasmd").exists():
                _build(folder, traced)
    return folder / "wasmd"


def _fingerprint():
    files = [MODULE / "go.mod", MODULE / "go.sum", Path(__file__), Path(trace.__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _build(folder, traced):
    if shutil.which("go") is None:
        raise Failure("go is missing: install Go 1.24 or newer and put it on PATH")
    print("building wasmd (some minutes, once)", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        built = Path(scratch) / "built"
        built.mkdir()
        # The library is found beside the binary, so that the module cache may be emptied.
        environment = dict(os.environ, CGO_ENABLED="1", CGO_LDFLAGS="-O2 -g -Wl,-rpath,$ORIGIN")
        version = "-s -w" + "".join(
            f" -X github.com/cosmos/cosmos-sdk/version.{name}={value}"
            for name, value in [("Name", "wasm"), ("AppName", "wasmd"), ("Version", _version())]
        )
        changes = []
        if traced:
            source = _go("list", "-m", "-f", "{{.Dir}}", trace.MODULE, capture=True)
            changes = ["-modfile", str(trace.module_file(source, MODULE, scratch))]
        _go("build", "-mod=readonly", "-trimpath", *changes, "-ldflags", version, "-o", str(built / "wasmd"), COMMAND,
            env=environment)
        for library in _shared_libraries():
            shutil.copyfile(library, built / library.name)
        os.rename(built, folder)


def _version():
    return _go("list", "-m", "-f", "{{.Version}}", "github.com/CosmWasm/wasmd", capture=True)


def _shared_libraries():
    folder = Path(_go("list", "-m", "-f", "{{.Dir}}", LIBRARY, capture=True)) / "internal" / "api"
    machine = os.uname().machine.replace("arm64", "aarch64")
    return [folder / f"libwasmvm.{machine}.so"]


def _go(*arguments, env=None, capture=False):
    done = subprocess.run(["go", *arguments], cwd=MODULE, env=env, text=True,
                          stdout=subprocess.PIPE if capture else None)
    if done.returncode != 0:
        raise Failure(f"go {arguments[0]} failed: see above")
    return (done.stdout or "").strip()
