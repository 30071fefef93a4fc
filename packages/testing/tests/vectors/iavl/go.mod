module iavl-vectors

go 1.23

require github.com/cosmos/iavl v1.2.6
