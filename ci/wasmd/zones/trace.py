"""A wasmd that writes down what it takes gas for. The code is the same; the SDK's gas meter also says what it counts.

A traced node appends to the file that TESSERA_GAS_TRACE names, a line a fact:
    <meter> new                a meter was made; meters are numbered from 1
    <meter> <gas> <for what>   it has counted gas
What a submessage or a query within a contract's call took, a meter of its own has counted; its caller's meter then takes the sum.
"""

import shutil
from pathlib import Path

from . import Failure

MODULE = "cosmossdk.io/store"
FILE = Path("types") / "gas.go"

# Each place is to be found exactly once: another version of the SDK says so instead of tracing nothing.
_EDITS = [
    ('import (', 'import (\n\t"os"\n\t"sync"'),
    ("type basicGasMeter struct {", "type basicGasMeter struct {\n\tnumber   uint64"),
    ("\treturn &basicGasMeter{\n", "\treturn &basicGasMeter{\n\t\tnumber:   traceMeter(),\n"),
    ("func (g *basicGasMeter) ConsumeGas(amount Gas, descriptor string) {",
     "func (g *basicGasMeter) ConsumeGas(amount Gas, descriptor string) {\n\ttraceGas(g.number, amount, descriptor)"),
]
_ADDED = """
var trace struct {
	sync.Mutex
	file   *os.File
	meters uint64
}

func init() {
	if path := os.Getenv("TESSERA_GAS_TRACE"); path != "" {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		trace.file = file
	}
}

func traceMeter() uint64 {
	trace.Lock()
	defer trace.Unlock()
	trace.meters++
	if trace.file != nil {
		fmt.Fprintln(trace.file, trace.meters, "new")
	}
	return trace.meters
}

func traceGas(meter uint64, amount Gas, descriptor string) {
	if trace.file != nil {
		trace.Lock()
		defer trace.Unlock()
		fmt.Fprintln(trace.file, meter, amount, descriptor)
	}
}
"""


def module_file(source, original, folder):
    """Copies the module at `source` into `folder`, changed, and `original`'s go.mod and go.sum with a line that has Go build
    that copy; returns this go.mod."""
    changed = Path(folder) / "store"
    shutil.copytree(source, changed, copy_function=shutil.copyfile)
    (changed / FILE).write_text(_edited((Path(source) / FILE).read_text()))
    described = Path(folder) / "go.mod"
    described.write_text((original / "go.mod").read_text() + f"\nreplace {MODULE} => {changed}\n")
    shutil.copyfile(original / "go.sum", described.with_suffix(".sum"))
    return described


def _edited(text):
    for place, instead in _EDITS:
        if text.count(place) != 1:
            raise Failure(f"{MODULE}'s {FILE} is not as expected: {place!r} is there {text.count(place)} times")
        text = text.replace(place, instead)
    return text + _ADDED
