"""The built-in mixer: inputs, clock, sound, name bars and slates; see docs/architecture.md for its sockets."""
