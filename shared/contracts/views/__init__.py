"""Views: what the projectors keep in Redis, each a JSON value under one key.

A key is `<namespace>:{<partition>}:<view>:<id>`; the namespace carries the generation, so that a rebuild can
build beside and switch, and the hash tag keeps a partition's keys together in a cluster. Views without a
partition (links, merchants) carry none."""
