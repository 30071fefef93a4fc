"""`zones.json`: the one description of the zones that run, for us and for whoever tests against them."""

import json
from pathlib import Path

from . import Failure
from .node import Node

ACCOUNTS = Path(__file__).resolve().parent.parent / "accounts.json"
PREFIX = "wasm"
GAS_PRICE = "0.025"


def accounts():
    """The test accounts: the same on every zone, funded in genesis, worth nothing anywhere else."""
    return json.loads(ACCOUNTS.read_text())


def branch(nodes):
    """One history of a zone: the endpoints of its first node, and all of its nodes."""
    first = nodes[0]
    return {"rpc": first.rpc, "grpc": first.grpc, "rest": first.rest,
            "nodes": [{"home": str(node.home), "port": node.port, "rpc": node.rpc} for node in nodes]}


def zone(chain_id, denom, nodes):
    """A zone: `fork` holds a second branch once there is one."""
    return {"chain_id": chain_id, "denom": denom, "gas_price": GAS_PRICE, "bech32_prefix": PREFIX,
            **branch(nodes), "fork": None}


def nodes_of(branch_or_zone):
    return [Node(Path(node["home"]), node["port"]) for node in branch_or_zone["nodes"]]


def branches(zone_entry):
    """The zone's histories, named: its own, and the fork's."""
    named = [("", zone_entry)]
    if zone_entry["fork"]:
        named.append((" (fork)", zone_entry["fork"]))
    return named


def every_node(record):
    return [node for entry in record["zones"] for _, part in branches(entry) for node in nodes_of(part)]


def find(record, chain_id):
    for entry in record["zones"]:
        if entry["chain_id"] == chain_id:
            return entry
    known = ", ".join(entry["chain_id"] for entry in record["zones"])
    raise Failure(f"no zone {chain_id} here: there are {known}")


def exists(home):
    return (home / "zones.json").exists()


def read(home):
    try:
        return json.loads((home / "zones.json").read_text())
    except FileNotFoundError:
        raise Failure(f"no zones in {home}: start some with `ci/zones up`") from None


def write(home, record):
    """Written beside and moved, so that a reader never sees half of it."""
    draft = home / "zones.json.draft"
    draft.write_text(json.dumps(record, indent=2) + "\n")
    draft.replace(home / "zones.json")
