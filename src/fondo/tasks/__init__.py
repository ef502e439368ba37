"""What a person can ask for; grouped by kind of data. `base` holds what all tasks share."""
