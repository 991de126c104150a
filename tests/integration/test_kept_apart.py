"""What the servers keep on this machine is for nobody else on it: it has people's names and addresses."""

from __future__ import annotations

from deploy.local.infra import Infra


def test_no_other_user_can_read_what_the_servers_keep(infra: Infra) -> None:
    folders = (infra.kafka.data_dir, infra.valkey.data_dir, infra.postgres.data_dir)
    assert {folder.name: oct(folder.stat().st_mode & 0o777) for folder in folders} == {
        "kafka": "0o700",
        "valkey": "0o700",
        "postgres": "0o700",
    }
