"""Redis (or Valkey) behind the ports: views with redis-py, the one hot path with raw hiredis."""
