"""Compares what is deployed with the desired state: observe (AWS -> ObservedUnit), then judge, purely."""
