"""What is kept back besides what is about too few people, so that it does not follow from what is shown."""
