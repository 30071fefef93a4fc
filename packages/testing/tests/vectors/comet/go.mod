module comet-vectors

go 1.23

require github.com/cometbft/cometbft v0.38.21
