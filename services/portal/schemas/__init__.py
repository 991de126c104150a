"""Bodies of requests and answers, checked by pydantic and shown in the OpenAPI."""
