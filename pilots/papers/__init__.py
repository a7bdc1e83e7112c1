"""Council papers: one source, two versions. What each field is and who reads it stands in `fields`."""
