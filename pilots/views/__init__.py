"""The pages of pilots: the public ones and the municipality's own."""
