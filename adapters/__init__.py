"""Every way in and out: Slack, Discord, the web page, the terminal."""
