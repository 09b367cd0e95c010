"""How the tables came to be; each step is one file in versions/."""
