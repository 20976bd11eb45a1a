"""One plain page to try the API on."""
