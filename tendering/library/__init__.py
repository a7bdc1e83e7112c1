"""Templates of the service centre: the shape of their content, those that come with the product, drafts from them."""
