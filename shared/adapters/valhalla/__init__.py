"""Valhalla behind the Router port."""

from shared.adapters.valhalla.router import ValhallaRouter

__all__ = ["ValhallaRouter"]
