"""What Stampbook runs on: the template of the cloud, and a cloud of one's own."""
