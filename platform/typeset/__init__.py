"""Documents as PDF (PDF/A-2a, PDF/UA-1): what every part of Balai that prints shares."""
