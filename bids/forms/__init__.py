"""What bidders and openers type; each form knows where its entries belong in the draft's content."""
