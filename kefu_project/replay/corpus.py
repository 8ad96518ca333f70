"""The dialogues: chatterbot-corpus, English and Chinese. A development extra, so it may be missing."""

import random
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kefu_project.embedded.problems import StartProblem

LANGUAGES = {"english": "en", "chinese": "zh-hans"}
MAX_LINE = 4000


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Lines in turn: the visitor's first, then the agent's, and so on."""

    number: int
    locale: str
    topic: str
    lines: tuple[str, ...]


def read_dialogues(count: int, seed: int) -> list[Dialogue]:
    """Return `count` dialogues in an order made by `seed`; the corpus begins anew when it is used up."""
    texts = _all(_folder())
    random.Random(seed).shuffle(texts)
    return [Dialogue(number, *texts[number % len(texts)]) for number in range(count)]


def _folder() -> Path:
    spec = find_spec("chatterbot_corpus")
    if spec is None or not spec.origin or find_spec("httpx") is None:
        raise StartProblem(
            "What the replay needs is not installed.",
            "pip install chatterbot-corpus httpx (both are in the extra `dev`).",
        )
    return Path(spec.origin).parent / "data"


def _all(folder: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    import yaml

    texts = []
    for language, locale in LANGUAGES.items():
        for path in sorted((folder / language).glob("*.yml")):
            for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))["conversations"]:
                lines = tuple(text for line in conversation if (text := _as_sent(str(line))))
                if len(lines) > 1 and max(map(len, lines)) <= MAX_LINE:
                    texts.append((locale, path.stem, lines))
    return texts


def _as_sent(line: str) -> str:
    """The line as every client would send it: white space around a message is not kept by the server."""
    return line.replace("\r\n", "\n").strip()
