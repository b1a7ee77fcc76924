"""What is around a residence, and the services that are ordered there of a partner."""
