"""Audio in, words with times out."""
