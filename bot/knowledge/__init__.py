"""What the bot knows: the schema of the YAML files and the loader."""
