"""Apache Kafka behind the ports, with aiokafka; administration with kafka-python."""
