"""A million tickets at once: what is told of them as columns, kept beside the store, and evaluated."""
