"""OBS Studio by obs-websocket 5: a thread fence, the scenes that CONFIG wants, and a session that follows the wish."""
