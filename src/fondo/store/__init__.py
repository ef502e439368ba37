"""What is kept on disk: model folders, weights, receipts, cards. No code, no pickle, ever."""
