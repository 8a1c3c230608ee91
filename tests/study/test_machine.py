"""What a study's identity covers of a model's code."""

import importlib
import sys

from vallum.study.machine import model_digest

RUN = (
    "from made.up.parts.{part} import size\nspec = 'spec'\n"
    "def plan(tables): return size()\ndef run(s, i, d): return s\n"
)


def digest(folder, size):
    parts = folder / "made" / "up" / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    for package in (parts.parent.parent, parts.parent, parts):
        (package / "__init__.py").touch()
    (parts / "sizes.py").write_text(f"def size(): return {size}\n")
    (parts / "run.py").write_text(RUN.format(part="sizes"))
    for name in [name for name in sys.modules if name.startswith("made")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    return model_digest(importlib.import_module("made.up.parts.run"))


def test_a_model_edited_in_a_module_that_it_uses_is_another_model(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    found = []
    for folder, size in (("a", 1), ("b", 1), ("c", 22)):
        monkeypatch.syspath_prepend(tmp_path / folder)
        found.append(digest(tmp_path / folder, size))
    assert found[0] == found[1]
    assert found[0] != found[2]
