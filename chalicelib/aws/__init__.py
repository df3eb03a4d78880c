"""What Stampbook asks of AWS beside its table: files, queues, a topic. A Protocol, the AWS class and a twin each."""
