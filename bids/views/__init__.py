"""Pages of bidders and openers."""
