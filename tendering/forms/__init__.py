"""The shape of what people type about a tender; who may do what and when is the actions' matter."""
