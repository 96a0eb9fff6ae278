"""What happened before: where runs and logs are kept."""
