"""Tiny networks as each exporter writes them."""
