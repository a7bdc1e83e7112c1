"""Settings, addresses, page shell and the demo: imports all other rooms, imported by none."""
