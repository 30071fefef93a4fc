// Reads blocks in protobuf, one a line in hexadecimal, and prints what CometBFT computes of each.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		bytes, err := hex.DecodeString(lines.Text())
		check(err)
		var raw cmtproto.Block
		check(raw.Unmarshal(bytes))
		block, err := types.BlockFromProto(&raw)
		check(err)
		check(block.ValidateBasic())
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		check(err)
		header := parts.Header()
		fmt.Printf("(%d, \"%x\", %d, \"%x\"),\n", block.Height, []byte(block.Hash()), header.Total, []byte(header.Hash))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
