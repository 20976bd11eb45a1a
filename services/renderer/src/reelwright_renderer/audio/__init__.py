"""The sound of a video: cut from the recording, brought to one loudness, encoded once over the whole."""
