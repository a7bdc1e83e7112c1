"""The pages of a tender: list, page, creation in four steps, release, and acts after publication."""
