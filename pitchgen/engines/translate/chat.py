"""Any OpenAI-compatible service (POST /v1/chat/completions): Qwen, DeepSeek, a local vLLM or Ollama.

A whole pitch goes out at once, as numbered lines in JSON; what comes back is checked line by line. A line that is
missing or unsound is asked for again, alone; it never costs the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import msgspec

from pitchgen.core.engines import Licence, Translated, Translation, Translator
from pitchgen.core.errors import EngineError, InputError
from pitchgen.engines.http import api, post_json, shown
from pitchgen.engines.translate.prompt import FORMATS, messages
from pitchgen.engines.translate.prompt import VERSION as PROMPT
from pitchgen.engines.translate.splitting import loops

NAME = "chat"
REQUESTS = 240  # handed over at once: some pitches, in some languages
LINES = 40  # of one prompt: models lose count in longer ones
ALONE = 3  # times that a line is asked for by itself
PARALLEL = 4  # prompts under way: services limit how many; a local one has few cores
TEMPERATURE = 0.2  # close to the likeliest wording, and raised with each attempt so that it differs
MOST = 1 << 20  # bytes of an answer: a hundred times that of forty lines
TIMES, MORE = 10, 200  # the characters of the source, and so many more: longer is no translation of it
HAN = re.compile(r"[\u3400-\u9fff]")
WRITTEN_IN_HAN = ("zh", "ja", "ko")
"""BCP-47 codes of languages in which Chinese characters are no sign of a sentence left as it was."""
REFUSED = re.compile(r" answered (?:400|404|415|422|501) .*(?P<what>response_format|json|schema|temperature)", re.I)
"""A service that does not know an option, as `engines.http` reports it."""


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Reply(msgspec.Struct):
    choices: list[_Choice]


class _Line(msgspec.Struct):
    line: int
    text: str
    others: list[str] = []


class _Answer(msgspec.Struct):
    lines: list[_Line]


class Chat:
    """A translator that reads the whole pitch, the shop's terms and the time there is."""

    name = NAME
    contextual = True
    batch_size = REQUESTS
    languages: frozenset[str] = frozenset()
    licence = Licence("the terms of the service", commercial=True)

    def __init__(self, url: str, model: str, key: str | None = None) -> None:
        self._url, self._model, self._key = api(url, "chat/completions"), model, key
        self._format = 0
        """Index into `FORMATS`: the strictest that the service has not refused."""
        self._warm = True
        """Whether it takes a temperature."""

    @property
    def fingerprint(self) -> str:
        """Prompt, host and model: the service does not tell its own version."""
        parts = urlsplit(self._url)
        port = f":{parts.port}" if parts.port else ""
        return f"{NAME}-{PROMPT}+{parts.hostname}{port}+{self._model}"

    @property
    def service(self) -> str:
        """Its address, without secrets."""
        return shown(self._url)

    def translate(self, requests: Sequence[Translation]) -> Sequence[Translated]:
        """Each sentence in its target language; the sentences of a pitch in one language go out together.

        Raises:
            EngineError: no answer (`retryable` where asking later may help), or none for a sentence.
        """
        prompts = list(_prompts(requests))
        pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix=NAME)
        try:
            answers = pool.map(lambda numbers: self._translated([requests[i] for i in numbers]), prompts)
            done = {
                i: line
                for numbers, lines in zip(prompts, answers, strict=True)
                for i, line in zip(numbers, lines, strict=True)
            }
        finally:
            pool.shutdown(cancel_futures=True)
        return [done[i] for i in range(len(requests))]

    def _translated(self, requests: Sequence[Translation]) -> list[Translated]:
        """The lines of one prompt; where the answer is of no use at all, in halves."""
        if len(requests) == 1:
            return [self._alone(requests[0])]
        found = self._asked(requests, TEMPERATURE)
        if not found:
            middle = len(requests) // 2
            return self._translated(requests[:middle]) + self._translated(requests[middle:])
        return [found[i] if i in found else self._alone(request) for i, request in enumerate(requests)]

    def _alone(self, request: Translation) -> Translated:
        for attempt in range(ALONE):
            found = self._asked([request], TEMPERATURE * (1 + attempt))
            if found:
                return found[0]
        raise EngineError(
            f"{self._model} gives no usable translation of {request.text!r} in {request.target}, asked {ALONE} times; "
            "say it otherwise or choose another model"
        )

    def _asked(self, requests: Sequence[Translation], temperature: float) -> dict[int, Translated]:
        """The sound lines of the answer to one prompt, by their place in `requests`."""
        content = self._content(requests, temperature)
        found: dict[int, Translated] = {}
        spoiled: set[int] = set()
        for line in read_lines(content):
            i = line.line - 1
            if not 0 <= i < len(requests):
                continue
            texts = [" ".join(text.split()) for text in (line.text, *line.others)]
            others = dict.fromkeys(text for text in texts[1:] if sound(requests[i], text) and text != texts[0])
            result = Translated(texts[0], tuple(others)[: requests[i].hypotheses - 1])
            if not sound(requests[i], texts[0]) or found.get(i, result) != result:
                spoiled.add(i)  # two answers to one line: which of them is right cannot be told
            found[i] = result
        return {i: result for i, result in found.items() if i not in spoiled}

    def _content(self, requests: Sequence[Translation], temperature: float) -> str:
        """What the model writes; nothing where the answer is none of this interface."""
        while True:
            form, warm = self._format, self._warm
            body: dict[str, object] = {"model": self._model, "messages": messages(requests)}
            if FORMATS[form]:
                body["response_format"] = FORMATS[form]
            if warm:
                body["temperature"] = round(temperature, 2)
            try:
                answer = post_json(self._url, body, key=self._key, limit=MOST)
            except EngineError as error:
                if not self._does_without(str(error), form, warm):
                    raise
                continue
            try:
                choices = msgspec.json.decode(answer, type=_Reply).choices
            except msgspec.DecodeError:
                return ""
            return (choices[0].message.content or "") if choices else ""

    def _does_without(self, message: str, form: int, warm: bool) -> bool:
        """Whether `message` refuses an option that can be left out; from then on it is."""
        refused = REFUSED.search(message)
        if not refused:
            return False
        if refused["what"].lower() == "temperature":
            self._warm = False
            return warm
        self._format = max(self._format, min(form + 1, len(FORMATS) - 1))
        return form + 1 < len(FORMATS)


def read_lines(content: str) -> Iterator[_Line]:
    """The lines in what a model wrote: within prose, in code fences, or in JSON that breaks off."""
    decoder = json.JSONDecoder()
    position = content.rfind("</think>") + 1  # what it says to itself is no answer
    while (position := content.find("{", position)) >= 0:
        try:
            value, position = decoder.raw_decode(content, position)
        except (json.JSONDecodeError, RecursionError):
            position += 1
            continue
        yield from _read(value)


def _read(value: object) -> Iterator[_Line]:
    if isinstance(value, Mapping) and isinstance(value.get("lines"), list):
        for line in value["lines"]:
            yield from _read(line)
        return
    try:
        yield msgspec.convert(value, _Line)
    except msgspec.ValidationError:
        return


def sound(request: Translation, text: str) -> bool:
    """Whether `text` can be a translation: not empty, not endless, and no Chinese left in it."""
    if not text or len(text) > TIMES * len(request.text) + MORE or (loops(text) and not loops(request.text)):
        return False
    for _, allowed in request.glossary:
        text = text.replace(allowed, "")
    return request.target.split("-")[0] in WRITTEN_IN_HAN or not HAN.search(text)


def _prompts(requests: Sequence[Translation]) -> Iterator[list[int]]:
    """Which requests go out together: those of one pitch in one language, as many as a prompt holds."""
    groups: dict[object, list[int]] = {}
    for i, request in enumerate(requests):
        groups.setdefault((request.context, request.source, request.target, request.hypotheses), []).append(i)
    for group in groups.values():
        for first in range(0, len(group), LINES):
            yield group[first : first + LINES]


def load(*, chat_url: str | None = None, chat_model: str | None = None, chat_key: str | None = None) -> Translator:
    """The service at `chat_url`.

    Raises:
        InputError: a setting is missing, or the address is none.
    """
    if not chat_url or not chat_model:
        missing = " and ".join(
            name for name, value in (("chat_url", chat_url), ("chat_model", chat_model)) if not value
        )
        raise InputError(
            f"the translator chat needs {missing}: set it in pitchgen.toml, or as "
            f"{missing.upper().replace('CHAT', 'PITCHGEN_CHAT').replace(' AND ', ' and ')} in the environment"
        )
    return Chat(chat_url, chat_model, chat_key)
