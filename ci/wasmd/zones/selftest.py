"""The self-test of `ci/zones`: two zones of four validators, a pinned code, a fork, and nothing left behind."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import Failure, govern, record
from .node import Node, process_start

# (module (memory (export "memory") 1) (func (export "interface_version_8"))
#   (func (export "allocate") (param i32) (result i32) (i32.const 0)) (func (export "deallocate") (param i32))
#   (func (export "instantiate") (param i32 i32 i32) (result i32) (i32.const 0)))
SMALLEST_CONTRACT = bytes.fromhex(
    "0061736d0100000001140460000060017f017f60017f0060037f7f7f017f030504000102030503010001074605066d65"
    "6d6f7279020013696e746572666163655f76657273696f6e5f38000008616c6c6f6361746500010a6465616c6c6f6361"
    "746500020b696e7374616e746961746500030a13040300010b040041000b0300010b040041000b")


def run(command):
    """Runs the command that people run, on a home of its own."""
    with tempfile.TemporaryDirectory(prefix="tessera-zones-") as folder:
        home = Path(folder) / "home"
        # Longer than a machine takes that must build wasmd first.
        bystander = subprocess.Popen(["sleep", "7200"])
        try:
            _story(command, home, bystander.pid)
        finally:
            if record.exists(home):
                _call(command, "down", home)
            alive = bystander.poll() is None
            bystander.kill()
            bystander.wait()
        _expect(alive, "a process that is not ours was ended")


def _story(command, home, stranger):
    began = time.monotonic()

    def passed(what):
        print(f"{time.monotonic() - began:5.1f} s  {what}", flush=True)

    _call(command, "up", home, "--zones", "2", "--validators", "4")
    whole = record.read(home)
    heights = [record.nodes_of(entry)[0].height() for entry in whole["zones"]]
    for entry, height in zip(whole["zones"], heights):
        for node in record.nodes_of(entry):
            node.await_height(height + 3)
    passed("two zones of four validators make blocks")

    _pins(command, home, whole)
    passed("a code is uploaded, and pinned by a proposal")

    _forks(command, home)
    passed("a fork: two blocks at one height, one set of validators")

    nodes = record.every_node(record.read(home))
    _expect(len(nodes) == 12 and all(node.pid() for node in nodes), "twelve nodes run")
    _spares(home, stranger)
    _call(command, "down", home)
    _expect(not home.exists(), "nothing is left of the zones")
    _expect(not any(node.pid() or node.height() for node in nodes), "every node has ended")
    passed("down ends every node and nothing else")


def _pins(command, home, whole):
    wasm = home / "smallest.wasm"
    wasm.write_bytes(SMALLEST_CONTRACT)
    code = int(_call(command, "store", home, "tessera-1", str(wasm)))
    _call(command, "pin", home, "tessera-1", str(code))
    wasm.unlink()
    node = record.nodes_of(record.find(whole, "tessera-1"))[0]
    _expect(govern.pinned(whole["binary"], node) == {code}, f"code {code} is pinned")


def _forks(command, home):
    _call(command, "up", home, "--fork", "tessera-1")
    entry = record.find(record.read(home), "tessera-1")
    original, twin = record.nodes_of(entry)[0], record.nodes_of(entry["fork"])[0]
    height = entry["fork"]["stopped_at"] + 3
    headers = [node.ask(f"/commit?height={height}")["signed_header"] for node in (original, twin)]
    hashes = {header["commit"]["block_id"]["hash"] for header in headers}
    validators = {header["header"]["validators_hash"] for header in headers}
    _expect(len(hashes) == 2 and len(validators) == 1, f"the histories differ at height {height}")


def _spares(home, stranger):
    """A note that names another's process, as a recycled pid would, is no reason to end it."""
    folder = home / "tessera-2" / "stale"
    folder.mkdir()
    (folder / "node.pid").write_text(json.dumps({"pid": stranger, "started": process_start(stranger)}))
    stale = Node(folder, 1)
    _expect(stale.pid() is None, "a stranger's process is not taken for ours")
    stale.stop()
    os.kill(stranger, 0)


def _call(command, verb, home, *arguments):
    done = subprocess.run([sys.executable, str(command), verb, "--home", str(home), *arguments],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failure(f"self-test: `{verb}` failed")
    return done.stdout


def _expect(truth, what):
    if not truth:
        raise Failure(f"self-test: not so: {what}")
