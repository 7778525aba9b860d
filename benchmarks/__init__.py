"""``make bench``: ourselves and the peers on the same data, as ratios. Results must agree; no time is asserted."""
