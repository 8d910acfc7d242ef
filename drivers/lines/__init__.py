"""Any protocol of lines or short byte messages over serial, TCP or UDP, by patterns from CONFIG."""
