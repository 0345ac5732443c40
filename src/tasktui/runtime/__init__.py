"""Wires and supervises: store, engine, scheduler process, embedded cluster."""
