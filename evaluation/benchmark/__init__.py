"""Statistics beside the award: efficiency frontiers, agreement of a panel, screens, effects. Floats, numpy and scipy.

Nothing here ever decides an award; results are shown as hints and say so. No Django, no clock, no input or output.
"""
