"""Raw cell reading and writing: one safe reader, one safe writer, and the price sheet built on both. No Django."""
