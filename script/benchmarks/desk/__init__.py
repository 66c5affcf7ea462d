"""Parts of `script/bench web`: the data, the plain peer, the servers, the meter."""
