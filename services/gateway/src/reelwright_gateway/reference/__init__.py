"""`/docs`: the OpenAPI document as a page, with Swagger UI."""
