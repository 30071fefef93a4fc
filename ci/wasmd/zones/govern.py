"""What operators do by governance: pin codes, so that calling them costs a fortieth."""

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from . import Failure, record
from .genesis import VALIDATOR_KEY, run

PATIENCE = 20


def pin(home, chain_id, code_ids):
    """Proposes to pin the codes, votes with every validator, and waits until they are pinned."""
    whole = record.read(home)
    entry = record.find(whole, chain_id)
    wasmd, nodes = whole["binary"], record.nodes_of(entry)
    if set(code_ids) <= pinned(wasmd, nodes[0]):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json") as proposal:
        json.dump(_proposal(wasmd, nodes[0], entry["denom"], code_ids), proposal)
        proposal.flush()
        events = send(wasmd, entry, nodes[0], "gov", "submit-proposal", proposal.name)
    number = _attribute(events, "submit_proposal", "proposal_id")
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda node: send(wasmd, entry, node, "gov", "vote", number, "yes"), nodes))
    _await_pinned(wasmd, nodes[0], set(code_ids), number)


def store(home, chain_id, path):
    """Uploads a code and returns its number."""
    whole = record.read(home)
    entry = record.find(whole, chain_id)
    events = send(whole["binary"], entry, record.nodes_of(entry)[0], "wasm", "store", path)
    return int(_attribute(events, "store_code", "code_id"))


def pinned(wasmd, node):
    """The numbers of the codes that are pinned."""
    answer = json.loads(run(wasmd, "query", "wasm", "pinned", "--node", node.rpc, "--output", "json"))
    return {int(code) for code in answer.get("code_ids") or []}


def send(wasmd, entry, node, *message):
    """Sends one transaction as the node's operator and returns its events once it is in a block."""
    answer = json.loads(run(
        wasmd, "tx", *message, "--from", VALIDATOR_KEY, "--keyring-backend", "test", "--home", node.home,
        "--chain-id", entry["chain_id"], "--node", node.rpc, "--gas", "auto", "--gas-adjustment", "2",
        "--gas-prices", entry["gas_price"] + entry["denom"], "--yes", "--output", "json"))
    _refuse(answer, message)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        included = node.ask(f"/tx?hash=0x{answer['txhash']}")
        if included:
            _refuse({"code": included["tx_result"]["code"], "raw_log": included["tx_result"]["log"]}, message)
            return included["tx_result"]["events"]
        time.sleep(0.2)
    raise Failure(f"{' '.join(message[:2])} on {entry['chain_id']} is in no block after {PATIENCE} s")


def _proposal(wasmd, node, denom, code_ids):
    gov = json.loads(run(wasmd, "query", "auth", "module-account", "gov", "--node", node.rpc, "--output", "json"))
    account = gov["account"].get("value") or gov["account"]
    authority = account.get("address") or account["base_account"]["address"]
    named = ", ".join(map(str, code_ids))
    return {"messages": [{"@type": "/cosmwasm.wasm.v1.MsgPinCodes", "authority": authority,
                          "code_ids": [str(code) for code in code_ids]}],
            "deposit": f"2000000{denom}", "title": f"Pin {named}", "summary": f"Pin codes {named}", "expedited": True}


def _await_pinned(wasmd, node, code_ids, number):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if code_ids <= pinned(wasmd, node):
            return
        time.sleep(0.3)
    answer = json.loads(run(wasmd, "query", "gov", "proposal", number, "--node", node.rpc, "--output", "json"))
    proposal = answer.get("proposal", answer)
    reason = proposal.get("failed_reason") or proposal.get("status")
    raise Failure(f"proposal {number} did not pin {sorted(code_ids)} within {PATIENCE} s: {reason}")


def _attribute(events, kind, key):
    for event in events:
        for attribute in event["attributes"]:
            if event["type"] == kind and attribute["key"] == key:
                return attribute["value"]
    raise Failure(f"no {key} in any event {kind}")


def _refuse(result, message):
    if result["code"] != 0:
        raise Failure(f"{' '.join(map(str, message[:2]))} failed: {result['raw_log']}")
