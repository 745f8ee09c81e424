"""What runs Balai: the one-command start on one computer (local), Stripe's stand-in, the image."""
