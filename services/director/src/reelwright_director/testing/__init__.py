"""What tests of the workflow need: one project in a world of plain values, and small messages to move it."""
