"""Zones coming up, forking, and going down."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from . import Failure, binary, genesis, record
from .node import PORTS_A_NODE, Node, free_ports


def up(home, zones, validators, traced=False):
    """Starts the zones and returns once each has made its second block. Traced, nodes write down what they take gas for."""
    if record.exists(home):
        raise Failure(f"there are zones in {home} already: `ci/zones down` ends them")
    wasmd = binary.ensure(traced)
    home.mkdir(parents=True, exist_ok=True)
    # As many again are kept free for forks.
    port = free_ports(2 * zones * validators)
    described = []
    for number in range(1, zones + 1):
        chain_id = f"tessera-{number}"
        nodes = []
        for validator in range(1, validators + 1):
            nodes.append(Node(home / chain_id / f"validator-{validator}", port))
            port += PORTS_A_NODE
        described.append(record.zone(chain_id, f"utess{number}", nodes))
    for entry in described:
        if (home / entry["chain_id"]).exists():
            raise Failure(f"{home / entry['chain_id']} exists, but not from here: move it away or choose another --home")
    whole = {"binary": str(wasmd), "accounts": record.accounts(), "zones": described}
    record.write(home, whole)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda entry: genesis.create(wasmd, entry["chain_id"], entry["denom"], record.nodes_of(entry)),
                      described))
    _start(wasmd, record.every_node(whole))
    return whole


def fork(home, chain_id):
    """Gives a zone a second history: the same validators' keys, another set of nodes, blocks that differ."""
    whole = record.read(home)
    entry = record.find(whole, chain_id)
    if entry["fork"]:
        raise Failure(f"{chain_id} is forked already")
    originals = record.nodes_of(entry)
    stopped_at = max(node.height() for node in originals)
    port = free_ports(len(originals))
    twins = []
    for node in originals:
        twins.append(Node(node.home.with_name(node.home.name + "-fork"), port))
        port += PORTS_A_NODE
    for node in originals:
        node.stop()
    for node, twin in zip(originals, twins):
        shutil.copytree(node.home, twin.home)
        for left in ("node.log", "config/addrbook.json"):
            (twin.home / left).unlink(missing_ok=True)
    for twin in twins:
        genesis.configure(whole["binary"], twin, twins, entry["denom"])
    entry["fork"] = {**record.branch(twins), "stopped_at": stopped_at}
    record.write(home, whole)
    # The copy starts once the original is ahead: otherwise both may replay the same last votes and agree for long.
    _start(whole["binary"], originals, stopped_at + 3)
    _start(whole["binary"], twins, stopped_at + 3)
    return whole


def down(home, keep=False):
    """Ends every node of these zones, and no other process; removes their folders unless they are to be kept."""
    whole = record.read(home)
    nodes = record.every_node(whole)
    with ThreadPoolExecutor(max_workers=max(1, len(nodes))) as pool:
        list(pool.map(lambda node: node.stop(), nodes))
    if keep:
        (home / "zones.json").rename(home / "zones.ended.json")
        return
    for entry in whole["zones"]:
        shutil.rmtree(home / entry["chain_id"], ignore_errors=True)
    (home / "zones.json").unlink()
    if not any(home.iterdir()):
        home.rmdir()


def stop(home, chain_id, number):
    """Ends one node, numbered from 1; its zone goes on while over two thirds of it are left."""
    _numbered(record.read(home), chain_id, number).stop()


def start(home, chain_id, number):
    """Starts a node again that does not run."""
    whole = record.read(home)
    node = _numbered(whole, chain_id, number)
    if node.pid() is not None:
        raise Failure(f"node {number} of {chain_id} runs already")
    node.start(whole["binary"])


def status(home):
    """A line a branch, and whether every node runs."""
    lines, sound = [], True
    for entry in record.read(home)["zones"]:
        for name, part in record.branches(entry):
            nodes = record.nodes_of(part)
            running = sum(node.pid() is not None for node in nodes)
            sound = sound and running == len(nodes)
            lines.append(f"{entry['chain_id']}{name}: {running} of {len(nodes)} nodes run, "
                         f"height {max(node.height() for node in nodes)}, {part['rpc']}")
    return lines, sound


def _numbered(whole, chain_id, number):
    nodes = record.nodes_of(record.find(whole, chain_id))
    if not 1 <= number <= len(nodes):
        raise Failure(f"{chain_id} has nodes 1 to {len(nodes)}, and no {number}")
    return nodes[number - 1]


def _start(wasmd, nodes, height=2):
    for node in nodes:
        node.start(wasmd)
    for node in nodes:
        node.await_height(height)
