"""Televic Confero: Plixus, Plixus AE, D-Cerno AE and Confidea G3/G4, by their customer API."""
