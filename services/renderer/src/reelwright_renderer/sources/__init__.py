"""What a scene shows, frame by frame: a clip, a still with a camera move, or a card."""
