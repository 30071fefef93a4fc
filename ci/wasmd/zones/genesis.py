"""A zone's first state and its nodes' configuration."""

import json
import re
import shutil
import subprocess

from . import Failure, record

STAKE = 100_000_000
FUNDS = 1_000_000_000_000_000
VALIDATOR_KEY = "validator"


def create(binary, chain_id, denom, nodes):
    """Lays out one folder a validator, with the same genesis in each."""
    accounts = record.accounts()
    for node in nodes:
        run(binary, "init", node.home.name, "--chain-id", chain_id, "--home", node.home)
    genesis = nodes[0].home / "config" / "genesis.json"
    state = json.loads(genesis.read_text())
    _fund(state["app_state"], denom, accounts)
    _shorten(state["app_state"], denom)
    genesis.write_text(json.dumps(state))
    for node, account in zip(nodes, accounts):
        _declare(binary, chain_id, denom, node, account, genesis)
    _collect(binary, nodes, genesis)
    for node in nodes:
        configure(binary, node, nodes, denom)


def run(binary, *arguments, given=None):
    """What one wasmd command prints; a Failure with its last line where it fails."""
    done = subprocess.run([str(binary), *map(str, arguments)], input=given, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failure(f"wasmd {arguments[0]} {arguments[1]}: {reason[0] if reason else 'no reason given'}")
    return done.stdout


def configure(binary, node, peers, denom):
    """Ports on loopback, blocks twice a second, and a mempool and RPC that take our largest contract."""
    others = [_peer(binary, peer) for peer in peers if peer != node]
    edit(node.home / "config" / "config.toml", {
        ("rpc", "laddr"): f'"tcp://127.0.0.1:{node.port}"',
        ("rpc", "pprof_laddr"): '""',
        ("rpc", "max_body_bytes"): "10000000",
        ("p2p", "laddr"): f'"tcp://127.0.0.1:{node.peer_port}"',
        ("p2p", "persistent_peers"): '"' + ",".join(others) + '"',
        ("p2p", "addr_book_strict"): "false",
        ("p2p", "allow_duplicate_ip"): "true",
        ("p2p", "pex"): "false",
        ("mempool", "max_tx_bytes"): "4194304",
        ("consensus", "timeout_propose"): '"1s"',
        ("consensus", "timeout_prevote"): '"500ms"',
        ("consensus", "timeout_precommit"): '"500ms"',
        ("consensus", "timeout_commit"): '"500ms"',
    })
    edit(node.home / "config" / "app.toml", {
        ("", "minimum-gas-prices"): f'"{record.GAS_PRICE}{denom}"',
        ("", "pruning"): '"nothing"',
        ("api", "enable"): "true",
        ("api", "enabled-unsafe-cors"): "true",
        ("api", "address"): f'"tcp://127.0.0.1:{node.port + 2}"',
        ("grpc", "address"): f'"127.0.0.1:{node.port + 1}"',
    })


def edit(path, values):
    """Sets `(section, key)`s of a TOML file that already has each of them."""
    missing, section, lines = dict(values), "", []
    for line in path.read_text().splitlines():
        header = re.fullmatch(r"\[([^\[\]]+)\]", line)
        setting = re.match(r"([\w-]+) *=", line)
        section = header.group(1) if header else section
        place = (section, setting.group(1)) if setting else None
        lines.append(f"{place[1]} = {missing.pop(place)}" if place in missing else line)
    if missing:
        raise Failure(f"{path} lacks {sorted(missing)}")
    path.write_text("\n".join(lines) + "\n")


def _fund(state, denom, accounts):
    state["auth"]["accounts"] = [
        {"@type": "/cosmos.auth.v1beta1.BaseAccount", "address": account["address"], "pub_key": None,
         "account_number": "0", "sequence": "0"} for account in accounts]
    coins = [{"denom": denom, "amount": str(FUNDS)}]
    state["bank"]["balances"] = [{"address": account["address"], "coins": coins} for account in accounts]
    state["bank"]["supply"] = [{"denom": denom, "amount": str(FUNDS * len(accounts))}]


def _shorten(state, denom):
    """One denom for everything, votes of seconds, and no new coins: what genesis gave is all there is."""
    state["staking"]["params"]["bond_denom"] = denom
    state["mint"]["minter"]["inflation"] = "0"
    state["mint"]["params"].update(mint_denom=denom, inflation_rate_change="0", inflation_max="0", inflation_min="0")
    state["gov"]["params"].update(
        voting_period="8s", expedited_voting_period="4s", max_deposit_period="8s",
        min_deposit=[{"denom": denom, "amount": "1000000"}],
        expedited_min_deposit=[{"denom": denom, "amount": "2000000"}])


def _declare(binary, chain_id, denom, node, account, genesis):
    """Gives the node its operator's key and writes the transaction that makes it a validator."""
    if node.home / "config" / "genesis.json" != genesis:
        shutil.copy(genesis, node.home / "config" / "genesis.json")
    keyring = ("--keyring-backend", "test", "--home", node.home)
    run(binary, "keys", "add", VALIDATOR_KEY, "--recover", *keyring, given=account["mnemonic"] + "\n")
    run(binary, "genesis", "gentx", VALIDATOR_KEY, f"{STAKE}{denom}", "--chain-id", chain_id,
        "--moniker", node.home.name, "--ip", "127.0.0.1", *keyring)


def _collect(binary, nodes, genesis):
    first = nodes[0].home / "config" / "gentx"
    for node in nodes[1:]:
        for declaration in (node.home / "config" / "gentx").iterdir():
            shutil.copy(declaration, first)
    run(binary, "genesis", "collect-gentxs", "--home", nodes[0].home)
    for node in nodes[1:]:
        shutil.copy(genesis, node.home / "config" / "genesis.json")


def _peer(binary, node):
    identity = run(binary, "comet", "show-node-id", "--home", node.home).strip()
    return f"{identity}@127.0.0.1:{node.peer_port}"
