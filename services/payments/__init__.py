"""Fees: orders, how they are paid, receipts, refunds."""
