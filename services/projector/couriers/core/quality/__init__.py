"""What a fix is worth, one step a file; `pipeline.STEPS` lists them in order."""
