"""`make bench`: what our promises cost, as ratios to plain peers measured in the same run. See docs/performance.md."""
