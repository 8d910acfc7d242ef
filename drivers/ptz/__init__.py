"""What cameras that turn have in common, whatever they speak: positions, arrival, what must be sent, tally lamps."""
