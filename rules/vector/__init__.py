"""
The second reading of the rules: the nodes of a compiled clause over columns of many claims, exact in int64.

Money is whole fen. A decimal or a percentage is an integer scaled by the places of its fact (PUE 1.25 with 4 places is
12500), a choice is its place in the list of the fact's choices. What is not known is masked, never a value.
"""
