"""What a test gets when it imports the module under test: objects whose calls travel to the worker."""
