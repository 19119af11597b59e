"""nginx as it is shipped, a real process on loopback before a small upstream."""
