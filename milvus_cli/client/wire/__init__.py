"""The messages that Milvus speaks: our own .proto files and what regenerate.sh makes of them."""
