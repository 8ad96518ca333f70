"""Every text that pages show is there in Chinese, and the compiled catalogue is that of the source.

After a change: `python manage.py makemessages -l zh_Hans --no-location --no-obsolete -i .venv -i node_modules
-i 'tests/*'`, translate, then `msgfmt -o django.mo django.po` in locale/zh_Hans/LC_MESSAGES. Texts in f-strings are
not found by makemessages.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, TokenType
from django.utils.translation.template import (
    block_re,
    constant_re,
    endblock_re,
    inline_re,
    plural_re,
)

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "locale/zh_Hans/LC_MESSAGES"
PACKAGES = ("tenants", "chat", "agents", "history", "kefu_project")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def entries() -> dict[str, str]:
    """Source texts and their translations as the .po file has them; what has a context is named as catalogues do it."""
    found = {}
    for block in (FOLDER / "django.po").read_text().split("\n\n"):
        assert "#, fuzzy" not in block, f"guessed, not translated: {block}"
        parts = dict.fromkeys(("msgctxt", "msgid", "msgid_plural", "msgstr"), "")
        name = ""
        for line in block.splitlines():
            if match := re.match(r"(msgctxt|msgid_plural|msgid|msgstr)(?:\[0\])? ", line):
                name, line = match[1], line[match.end() :]
            if line.startswith('"'):
                parts[name] += ast.literal_eval(line)
        found[_key(parts["msgctxt"], parts["msgid"])] = parts["msgstr"]
    found.pop("", None)
    return found


def _key(context: str, text: str) -> str:
    return f"{context}\x04{text}" if context else text


def texts_in_code() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in FUNCTIONS and node.args:
                    words = node.args[: 2 if _name(node.func).startswith("pgettext") else 1]
                    texts = [word.value for word in words if isinstance(word, ast.Constant)]
                    if len(texts) == len(words) and all(isinstance(text, str) for text in texts):
                        yield _key(*map(str, ["", *texts][-2:])), str(path.relative_to(ROOT))


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def texts_in_templates() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "templates").rglob("*.html"):
        block: list[str] | None = None
        for token in Lexer(path.read_text()).tokenize():
            if block is not None:
                if token.token_type == TokenType.TEXT:
                    block.append(token.contents)
                elif token.token_type == TokenType.VAR:
                    block.append(f"%({token.contents})s")
                elif endblock_re.match(token.contents) or plural_re.match(token.contents):
                    yield "".join(block), str(path.relative_to(ROOT))
                    block = None
            elif token.token_type == TokenType.BLOCK:
                if match := inline_re.match(token.contents):
                    yield match[1].strip("\"'"), str(path.relative_to(ROOT))
                elif block_re.match(token.contents):
                    block = []
            for constant in constant_re.findall(token.contents) if token.token_type == TokenType.VAR else ():
                yield constant.strip("_()\"'"), str(path.relative_to(ROOT))


def test_nothing_is_left_untranslated() -> None:
    assert [source for source, target in entries().items() if not target] == []


def test_every_text_is_in_the_catalogue() -> None:
    known = entries()
    missing = {f"{text!r} in {path}" for text, path in [*texts_in_code(), *texts_in_templates()] if text not in known}
    assert sorted(missing) == [], "translate them: see the first lines of this file"


def test_placeholders_are_the_same() -> None:
    pattern = re.compile(r"%\(\w+\)[sd]|%[sd]")
    odd = [
        text for text, target in entries().items() if sorted(pattern.findall(text)) != sorted(pattern.findall(target))
    ]
    assert odd == []


def test_the_compiled_catalogue_is_fresh() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    plain = {key[0] if isinstance(key, tuple) else key: value for key, value in compiled.items()}
    plain.pop("", None)
    assert plain == entries()
