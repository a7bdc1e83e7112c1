"""The list of attacks and where each is tried: cases.json."""
