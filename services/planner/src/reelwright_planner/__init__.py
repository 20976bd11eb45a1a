"""Words in, scenes out: the passages of a talk that make a short, and what is to be seen over them."""
