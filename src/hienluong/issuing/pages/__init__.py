"""The pages of documents to be issued."""
