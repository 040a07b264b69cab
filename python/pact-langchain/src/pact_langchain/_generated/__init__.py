"""Generated from openapi.json by scripts/generate.py. Do not edit."""
