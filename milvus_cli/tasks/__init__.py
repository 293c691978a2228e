"""What a command does that is more than a few calls: with the session, its console and its server."""
