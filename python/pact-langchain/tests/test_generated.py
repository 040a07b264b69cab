"""The generated code is what the generator makes of the API's description today."""

import importlib.util
import json
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def test_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("generate", PACKAGE / "scripts" / "generate.py")
    assert spec is not None and spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    made = generator.generate(json.loads(generator.SOURCE.read_text(encoding="utf-8")))
    for name, text in made.items():
        assert (generator.TARGET / name).read_text(encoding="utf-8") == text, name
