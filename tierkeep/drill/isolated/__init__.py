"""Whether a network leads nowhere: what AWS says of it, and what follows. One looks, the other judges."""
