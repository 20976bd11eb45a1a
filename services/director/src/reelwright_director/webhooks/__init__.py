"""Webhooks: milestones of projects, told to addresses of the users' until they are taken."""
