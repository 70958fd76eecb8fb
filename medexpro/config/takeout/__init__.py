"""The whole practice in plain files: to read without us, and to bring into a fresh installation."""
