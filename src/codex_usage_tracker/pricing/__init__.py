"""What a call costs: cards of dated prices, and the exact integers that follow from them. Pure."""
