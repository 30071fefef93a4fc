"""One node of a zone: its ports, its process, and what its RPC says."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from . import Failure

PORTS_A_NODE = 4
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Node:
    """A node's folder and the first of its four ports on loopback."""

    home: Path
    port: int

    @property
    def rpc(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def grpc(self):
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def rest(self):
        return f"http://127.0.0.1:{self.port + 2}"

    @property
    def peer_port(self):
        return self.port + 3

    @property
    def gas_trace(self):
        """What a node of the traced binary writes; see `trace`."""
        return self.home / "gas.trace"

    def start(self, binary):
        """Starts the node in its own session and notes which process it is."""
        with open(self.home / "node.log", "ab") as log:
            process = subprocess.Popen([str(binary), "start", "--home", str(self.home)],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                       env={**os.environ, "TESSERA_GAS_TRACE": str(self.gas_trace)})
        note = {"pid": process.pid, "started": process_start(process.pid)}
        (self.home / "node.pid").write_text(json.dumps(note))
        # A process that has only just become wasmd shows no arguments for a moment.
        _until(lambda: self.pid() is not None or process.poll() is not None, 5)

    def pid(self):
        """The pid of this node's process, or None: a number that another process has got since does not count."""
        try:
            note = json.loads((self.home / "node.pid").read_text())
            pid = note["pid"]
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, KeyError):
            return None
        ours = os.fsencode(self.home) in arguments and process_start(pid) == note["started"]
        return pid if ours else None

    def stop(self, patience=20):
        """Asks the node to end; ends it by force where it does not within `patience` seconds."""
        for request, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
            pid = self.pid()
            if pid is None:
                break
            os.kill(pid, request)
            _until(lambda: self.pid() is None, wait)
        if self.pid() is not None:
            raise Failure(f"the node in {self.home} does not end")
        (self.home / "node.pid").unlink(missing_ok=True)

    def ask(self, path):
        """The result of one RPC request; None while the node does not answer."""
        try:
            with _DIRECT.open(self.rpc + path, timeout=5) as answer:
                return json.load(answer).get("result")
        except (OSError, ValueError, urllib.error.URLError):
            return None

    def height(self):
        """The height of the node's latest block; 0 while it does not answer."""
        status = self.ask("/status")
        return int(status["sync_info"]["latest_block_height"]) if status else 0

    def await_height(self, height, patience=60):
        """Waits for a block, and says what the log ends with where none comes."""
        _until(lambda: self.height() >= height or self.pid() is None, patience)
        if self.height() < height:
            log = (self.home / "node.log").read_text(errors="replace").splitlines()
            raise Failure(f"no block {height} from {self.rpc}; {self.home}/node.log ends with:\n" + "\n".join(log[-10:]))


def free_ports(nodes):
    """The first of as many ports in a row as `nodes` nodes need, none of them in use."""
    count = nodes * PORTS_A_NODE
    for first in range(26600, 32000, 200):
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise Failure(f"no {count} free ports in a row between 26600 and 32000")


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def process_start(pid):
    """When the process began, in clock ticks since boot; None where there is none or it only waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def _until(condition, patience):
    """Waits for the condition, at most `patience` seconds."""
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
