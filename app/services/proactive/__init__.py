"""Writing first: who may be written to, with which words, once; and what follows while nobody answers."""
