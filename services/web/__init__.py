"""What all pages of public services share: who is asking, where they may go, handing out files."""
