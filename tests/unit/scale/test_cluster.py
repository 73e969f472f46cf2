"""Addresses are tried before Ray tries them."""

import socket

import pytest

from catalora.errors import ClusterError, UsageError
from catalora.scale.cluster import connected


@pytest.mark.parametrize("address", ["ray://head:10001", "head", ":6379", "head:port"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(UsageError, match="expected HOST:PORT") as caught, connected(address):
        pass
    assert caught.value.code == "bad-cluster-address"


def test_an_address_where_nobody_answers_is_said_at_once():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError, match="cannot be reached") as caught, connected(address):
            pass
    assert caught.value.code == "cluster-unreachable"
    assert caught.value.exit_code == 69
