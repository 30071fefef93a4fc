package main

import (
	"encoding/binary"
	"fmt"

	"cosmossdk.io/log"
	"github.com/cosmos/iavl"
	dbm "github.com/cosmos/iavl/db"
)

// A pseudo-random walk that both sides can compute: splitmix64.
type walk struct{ state uint64 }

func (w *walk) next() uint64 {
	w.state += 0x9e3779b97f4a7c15
	z := w.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func run(name string, seed uint64, versions, writes int, space uint64, removeOf10 uint64) {
	tree := iavl.NewMutableTree(dbm.NewMemDB(), 1000, true, log.NewNopLogger())
	w := walk{seed}
	for v := 1; v <= versions; v++ {
		for i := 0; i < writes; i++ {
			key := make([]byte, 8)
			binary.BigEndian.PutUint64(key, w.next()%space)
			value := w.next()
			if value%10 < removeOf10 {
				if _, _, err := tree.Remove(key); err != nil {
					panic(err)
				}
			} else {
				b := make([]byte, 8)
				binary.BigEndian.PutUint64(b, value)
				if _, err := tree.Set(key, b); err != nil {
					panic(err)
				}
			}
		}
		hash, version, err := tree.SaveVersion()
		if err != nil || version != int64(v) {
			panic(err)
		}
		if v&(v-1) == 0 || v == versions {
			fmt.Printf("(%q, %d, \"%x\"),\n", name, v, hash)
		}
	}
}

func ascending() {
	tree := iavl.NewMutableTree(dbm.NewMemDB(), 1000, true, log.NewNopLogger())
	for v := 1; v <= 100; v++ {
		key := make([]byte, 8)
		binary.BigEndian.PutUint64(key, uint64(v))
		tree.Set(key, []byte("value"))
		hash, _, _ := tree.SaveVersion()
		if v&(v-1) == 0 || v == 100 {
			fmt.Printf("(\"ascending\", %d, \"%x\"),\n", v, hash)
		}
	}
	for v := 101; v <= 200; v++ {
		key := make([]byte, 8)
		binary.BigEndian.PutUint64(key, uint64(v-100))
		tree.Remove(key)
		hash, _, _ := tree.SaveVersion()
		if v == 101 || v == 150 || v >= 199 {
			fmt.Printf("(\"ascending\", %d, \"%x\"),\n", v, hash)
		}
	}
}

func main() {
	ascending()
	run("sets", 1, 40, 25, 1<<32, 0)
	run("mixed", 2, 64, 20, 200, 4)
	run("shrinking", 3, 64, 10, 40, 6)
	run("big", 4, 8, 1000, 1<<20, 3)
}
