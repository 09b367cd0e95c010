"""Translators on CTranslate2, against transformers and against what their small checkpoints have learned."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkpoints import TinyShelf
from checkpoints.translation import GOOD, LINES, TARGETS, corpus, translations

from pitchgen.core.engines import Translation
from pitchgen.core.errors import EngineError, MissingWeights, PitchgenError, UnsupportedError
from pitchgen.core.weights import Model, Weights
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
from pitchgen.engines.translate import ctranslate2 as shared
from pitchgen.engines.translate import madlad, marian, nllb
from pitchgen.engines.translate.conversion import convert, pass_over_torchaudio, quiet
from pitchgen.engines.translate.splitting import join, loops, parts
from pitchgen.languages import LANGUAGES

MULTILINGUAL = {"nllb": "nllb-200-distilled-600m", "m2m100": "m2m100-418m", "madlad": "madlad400-3b-mt"}
MODELS = {"marian": "opus-mt-zh-en", **MULTILINGUAL}
TOKENIZERS: dict[str, Callable[[Path], shared.Tokenizer]] = {
    "marian": marian.MarianTokenizer,
    "nllb": nllb.NllbTokenizer,
    "m2m100": nllb.M2m100Tokenizer,
    "madlad": madlad.MadladTokenizer,
}
WANTED = frozenset(LANGUAGES) - {"zh"}
STRANGE = ("好", "😀🎉", "A", "https://shop.example.com/a?b=1", "  两打  起批  ", "ＡＢＣ１２３", "Ünïcödé №5")


def engine(name: str, rack: Rack) -> Any:
    return registry.load("translate", name, use="research", rack=rack)


def known(name: str) -> list[tuple[str, str, str]]:
    """What the small checkpoint of an engine has learned: line, target, translation."""
    return [row for row in corpus() if name != "marian" or row[1] != "ru"]


def asked(rows: Sequence[tuple[str, str, str]]) -> list[Translation]:
    return [Translation(line, "zh", code) for line, code, _ in rows]


@pytest.mark.parametrize("name", MODELS)
def test_a_mixed_batch_returns_the_right_words_in_the_right_language(name: str, rack: Rack) -> None:
    rows = known(name)
    results = engine(name, rack).translate(asked(rows))
    assert [result.text for result in results] == [text for _, _, text in rows]


@pytest.mark.parametrize("name", MODELS)
def test_a_result_does_not_depend_on_its_batch(name: str, rack: Rack) -> None:
    requests = asked(known(name))[::4]
    translator = engine(name, rack)
    assert translator.translate(requests) == [translator.translate([request])[0] for request in requests]
    assert list(translator.translate([])) == []


@pytest.mark.parametrize("name", MODELS)
def test_transformers_says_the_same(name: str, shelf: TinyShelf, rack: Rack) -> None:
    """The reference: 32-bit, by the library that the models were published with."""
    rows = [row for row in known(name) if name != "marian" or row[1] == "en"]
    ours = [result.text for result in engine(name, rack).translate(asked(rows))]
    assert reference(shelf.weights(MODELS[name]).folder, name, rows) == ours


@pytest.mark.parametrize("name", MODELS)
def test_eight_bits_change_next_to_nothing(name: str, shelf: TinyShelf) -> None:
    import ctranslate2

    weights = shelf.weights(MODELS[name])
    tokenizer = TOKENIZERS[name](weights.converted)
    rows = [row for row in known(name) if name != "marian" or row[1] == "en"]
    outputs = []
    for compute in ("int8", "float32"):
        translator = ctranslate2.Translator(str(weights.converted), compute_type=compute, intra_threads=1)
        results = translator.translate_batch(
            [tokenizer.encode(line, "zh", code) for line, code, _ in rows],
            target_prefix=[tokenizer.prefix(code) for _, code, _ in rows],
            beam_size=1,
        )
        outputs.append([result.hypotheses[0] for result in results])
    same = sum(a == b for a, b in zip(*outputs, strict=True))
    assert same >= 0.9 * len(rows)


@pytest.mark.parametrize("name", MODELS)
def test_tokens_are_those_of_transformers(name: str, shelf: TinyShelf) -> None:
    weights = shelf.weights(MODELS[name])
    ours, theirs = TOKENIZERS[name](weights.converted), their_tokenizer(weights.folder)
    if name == "madlad":
        theirs = exact_tokenizer(weights.folder)
    tokens = set(theirs.get_vocab())
    for line, code, text in (*known(name), *((strange, "fr", "") for strange in STRANGE)):
        first, *others = ours.encode(line, "zh", code)
        assert [first, *(t if t in tokens else "<unk>" for t in others)] == as_asked(theirs, name, line, code), line
        said = (
            theirs.spm_target.encode(text, out_type=str) if name == "marian" and code == "en" else theirs.tokenize(text)
        )
        if name != "marian" or code == "en":
            assert ours.decode(said) == theirs.decode(theirs.convert_tokens_to_ids(said)).strip() == text


def their_tokenizer(folder: Path) -> Any:
    pass_over_torchaudio()
    from transformers import AutoTokenizer, MarianTokenizer

    with quiet():
        kind = MarianTokenizer if (folder / "source.spm").exists() else AutoTokenizer
        return kind.from_pretrained(folder)


def exact_tokenizer(folder: Path) -> Any:
    """MADLAD's tokenizer.json as it is: T5Tokenizer of transformers 5 takes token 2 for unknown words, which is 0."""
    from transformers import PreTrainedTokenizerFast

    names = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "<s>"}
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **names)


def as_asked(theirs: Any, name: str, line: str, code: str) -> list[str]:
    if name == "nllb":
        theirs.src_lang = "zho_Hans"
    elif name == "m2m100":
        theirs.src_lang = "zh"
    text = f"<2{code}> {line}" if name == "madlad" else line
    return list(theirs.convert_ids_to_tokens(theirs(text)["input_ids"]))


def reference(folder: Path, name: str, rows: Sequence[tuple[str, str, str]]) -> list[str]:
    pass_over_torchaudio()
    import torch
    from transformers import AutoModelForSeq2SeqLM

    tokenizer = their_tokenizer(folder)
    texts = []
    with quiet(), torch.no_grad():
        model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32)
        for code in dict.fromkeys(code for _, code, _ in rows):
            lines = [f"<2{code}> {line}" if name == "madlad" else line for line, c, _ in rows if c == code]
            if name in ("nllb", "m2m100"):
                tokenizer.src_lang = "zho_Hans" if name == "nllb" else "zh"
            batch = tokenizer(lines, return_tensors="pt", padding=True)
            forced = {"nllb": nllb.NLLB_CODES[code], "m2m100": f"__{code}__"}.get(name)
            options = {"forced_bos_token_id": tokenizer.convert_tokens_to_ids(forced)} if forced else {}
            made = model.generate(batch["input_ids"], attention_mask=batch["attention_mask"], **options)
            texts += [
                text.removeprefix(f"__{code}__").strip()
                for text in tokenizer.batch_decode(made, skip_special_tokens=True)
            ]
    return texts


def test_languages_are_called_as_each_model_calls_them(shelf: TinyShelf) -> None:
    pass_over_torchaudio()
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as OF_M2M100
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as OF_NLLB

    assert set(nllb.NLLB_CODES) >= WANTED
    assert set(nllb.NLLB_CODES.values()) <= set(OF_NLLB)
    assert len(set(nllb.NLLB_CODES.values())) == len(nllb.NLLB_CODES)
    assert WANTED - set(nllb.M2M100_CODES) == {"te"}
    assert set(nllb.M2M100_CODES.values()) <= set(OF_M2M100["m2m100"])
    assert set(madlad.CODES) >= WANTED


def test_running_needs_neither_torch_nor_transformers(shelf: TinyShelf) -> None:
    shelf.weights("opus-mt-zh-en")
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parents[1])!r})
for name in ("torch", "transformers"):
    sys.modules[name] = None
from pathlib import Path
from checkpoints import TinyShelf
from pitchgen.core.engines import Translation
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
rack = Rack(TinyShelf(Path({str(shelf.root)!r})), device="cpu")
for name in {[name for name in MODELS if name != "marian"]!r}:
    engine = registry.load("translate", name, use="research", rack=rack)
    print(engine.translate([Translation({LINES[0]!r}, "zh", "fr")])[0].text)
"""
    for model in MULTILINGUAL.values():
        shelf.weights(model)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == [translations("fr")[LINES[0]]] * 3


@pytest.mark.parametrize("name", MULTILINGUAL)
def test_texts_of_any_kind(name: str, rack: Rack) -> None:
    words = translations("en")
    long = "".join(line for _ in range(20) for line in LINES)[:2000]
    whole = long[: long.rfind("。") + 1]
    address = "https://shop.example.com/a?b=1"
    cases = {
        GOOD["zh"]: GOOD["en"],
        "😀🎉": "😀🎉",
        address: address,
        "12.8": "12.8",
        whole: " ".join(words[part.text] for part in parts(whole, lambda _: True)),
        f"{LINES[0]}{address}。{LINES[1]}😀": f"{words[LINES[0]]} {address}. {words[LINES[1]]} 😀",
    }
    assert len(whole) > 1900
    results = engine(name, rack).translate([Translation(text, "zh", "en") for text in cases])
    assert [result.text for result in results] == list(cases.values())


@pytest.mark.parametrize("name", MODELS)
def test_alternatives_are_the_others_and_only_on_demand(name: str, rack: Rack) -> None:
    plain, several = engine(name, rack).translate(
        [Translation(LINES[3], "zh", "fr"), Translation(LINES[3], "zh", "fr", hypotheses=4)]
    )
    assert plain.text == several.text == translations("fr")[LINES[3]]
    assert plain.alternatives == ()
    assert several.alternatives
    assert len({several.text, *several.alternatives}) == len(several.alternatives) + 1


@pytest.mark.parametrize("name", MULTILINGUAL)
def test_a_language_that_it_does_not_know(name: str, rack: Rack) -> None:
    with pytest.raises(UnsupportedError, match=f"{name} does not know the language tlh"):
        engine(name, rack).translate([Translation(LINES[0], "zh", "tlh")])
    with pytest.raises(UnsupportedError, match="the language eo"):
        engine(name, rack).translate([Translation(LINES[0], "eo", "fr")])


def test_opus_goes_by_way_of_english_and_says_so(rack: Rack) -> None:
    translator = engine("marian", rack)
    assert translator.languages == {"en", "fr"}
    english = translations("en")[LINES[0]]
    requests = [Translation(LINES[0], "zh", "fr"), Translation(LINES[0], "zh", "en"), Translation(english, "en", "fr")]
    results = translator.translate(requests)
    french = translations("fr")[LINES[0]]
    assert [(r.text, r.pivot) for r in results] == [(french, "en"), (english, None), (french, None)]
    with pytest.raises(UnsupportedError, match="no pair from zh to ru"):
        translator.translate([Translation(LINES[0], "zh", "ru")])


class Without:
    """A shelf on which some models are missing."""

    def __init__(self, shelf: TinyShelf, *missing: str) -> None:
        self.shelf, self.missing = shelf, missing

    def listed(self, engine: str) -> Sequence[Model]:
        return self.shelf.listed(engine)

    def has(self, model: str) -> bool:
        return model not in self.missing and self.shelf.has(model)

    def weights(self, model: str) -> Weights:
        if not self.has(model):
            raise MissingWeights(f"pitchgen models pull {model}")
        return self.shelf.weights(model)


def test_opus_uses_the_pairs_that_are_here(shelf: TinyShelf) -> None:
    some = Rack(Without(shelf, "opus-mt-en-fr"), device="cpu")
    assert engine("marian", some).languages == {"en"}
    everything = Rack(shelf, device="cpu")
    assert engine("marian", some).fingerprint != engine("marian", everything).fingerprint
    assert engine("marian:opus-mt-zh-en", everything).languages == {"en"}
    with pytest.raises(MissingWeights, match=r"pitchgen models pull opus-mt-zh-en"):
        engine("marian", Rack(Without(shelf, "opus-mt-zh-en"), device="cpu"))


def test_one_network_serves_all_languages_and_videos(shelf: TinyShelf) -> None:
    rack = Rack(shelf, device="cpu")
    for _ in range(3):
        engine("nllb", rack).translate(asked(known("nllb"))[::5])
    engine("marian", rack).translate(asked(known("marian"))[::5])
    assert sorted(rack.loads.values()) == [1, 1, 1]


class Flawed:
    """A translator whose first answer is flawed, or whose memory is short."""

    def __init__(self, translator: Any, flaw: Callable[[Any], Any], *, cured: bool, room: int = 1000) -> None:
        self.translator, self.flaw, self.cured, self.room = translator, flaw, cured, room
        self.sizes: list[int] = []

    def translate_batch(self, source: list[list[str]], **options: Any) -> Any:
        self.sizes.append(len(source))
        if len(source) > self.room:
            raise RuntimeError("CUDA failed with error out of memory")
        results = self.translator.translate_batch(source, **options)
        return results if self.cured and "repetition_penalty" in options else [self.flaw(result) for result in results]


class Result:
    def __init__(self, tokens: list[str]) -> None:
        self.hypotheses = [tokens]


def flawed(shelf: TinyShelf, flaw: Callable[[Any], Any], *, cured: bool, room: int = 1000) -> tuple[Any, Flawed]:
    """NLLB whose network has a flaw."""
    rack = Rack(shelf, device="cpu")
    translator = engine("nllb", rack)
    network = translator._model._network()
    broken = Flawed(network.translator, flaw, cured=cured, room=room)
    (identity,) = rack._held
    rack._held[identity] = (replace(network, translator=broken), 1)
    return translator, broken


FLAWS: dict[str, Callable[[Any], Any]] = {
    "returned nothing": lambda result: Result(result.hypotheses[0][:1]),
    "did not come to an end": lambda result: Result(result.hypotheses[0] * 50),
    "repeats itself without end": lambda result: Result(result.hypotheses[0][:3] + result.hypotheses[0][1:3] * 5),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_what_has_no_end_is_tried_once_more_and_then_an_error(flaw: str, shelf: TinyShelf) -> None:
    rows = known("nllb")[:3]
    translator, broken = flawed(shelf, FLAWS[flaw], cured=True)
    assert [result.text for result in translator.translate(asked(rows))] == [text for _, _, text in rows]
    assert len(broken.sizes) == 2
    translator, _ = flawed(shelf, FLAWS[flaw], cured=False)
    with pytest.raises(EngineError, match=f"nllb {flaw} for '{LINES[0]}' in en") as raised:
        translator.translate(asked(rows[:1]))
    assert "\n" not in str(raised.value)


def test_short_memory_halves_the_batch(shelf: TinyShelf) -> None:
    rows = known("nllb")
    translator, broken = flawed(shelf, lambda result: result, cured=True, room=4)
    assert [result.text for result in translator.translate(asked(rows))] == [text for _, _, text in rows]
    assert max(broken.sizes) > 4
    assert broken.sizes[-1] <= 4


def test_as_many_are_followed_as_the_authors_say(shelf: TinyShelf) -> None:
    beams = {name: engine(name, Rack(shelf, device="cpu"))._model._network().beam for name in MULTILINGUAL}
    assert beams == {"nllb": 1, "m2m100": 5, "madlad": 1}


def test_batches_are_of_like_length_and_bounded() -> None:
    def job(length: int, hypotheses: int = 1) -> shared._Job:
        return shared._Job(shared.Piece(str(length), "zh", "en", hypotheses), ["x"] * length, [])

    jobs = [job(n) for n in (30, 2, 7, 100, 3, 3, 50)] + [job(3, hypotheses=2)]
    made = shared.batches(jobs, 100)
    assert [[len(j.tokens) for j in batch] for batch in made] == [[2, 3, 3, 7, 30][:4], [30, 50], [100], [3]]


def copied(shelf: TinyShelf, model: str, to: Path) -> Weights:
    weights = shelf.weights(model)
    shutil.copytree(weights.folder, to / model)
    return replace(weights, folder=to / model)


def loaded(name: str, weights: Weights) -> Any:
    translator = shared.Converted(name, Rack(device="cpu"), weights, TOKENIZERS[name])
    return translator.translate([Translation(LINES[0], "zh", "en")])


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


BROKEN: dict[str, tuple[str, Callable[[Path, TinyShelf], object], str]] = {
    "missing": ("nllb", lambda folder, _: (folder / "model.bin").unlink(), "model.bin: is missing"),
    "truncated": ("nllb", lambda folder, _: truncate(folder / "model.bin"), r"model.bin: cannot be loaded"),
    "no tokenizer": ("madlad", lambda folder, _: (folder / "tokenizer.json").unlink(), "tokenizer cannot be loaded"),
    "half a tokenizer": ("marian", lambda folder, _: truncate(folder / "source.spm"), "tokenizer cannot be loaded"),
    "another tokenizer": (
        "nllb",
        lambda folder, shelf: swap(folder, "tokenizer.json", shelf.weights("madlad400-3b-mt")),
        "tokenizer.json is not that of NLLB-200",
    ),
    "renumbered tokenizer": ("m2m100", lambda folder, _: renumber(folder / "vocab.json"), "that of another model"),
    "another language": (
        "marian",
        lambda folder, shelf: swap(folder, "target.spm", shelf.weights("opus-mt-en-fr")),
        "target.spm is that of another model",
    ),
    "another network": (
        "nllb",
        lambda folder, shelf: [
            swap(folder, name, shelf.weights("m2m100-418m")) for name in ("model.bin", "shared_vocabulary.json")
        ],
        "tokenizer.json is that of another model",
    ),
}  # fmt: skip


def swap(folder: Path, name: str, other: Weights) -> None:
    shutil.copyfile(other.converted / name, folder / name)


def renumber(path: Path) -> None:
    tokens = list(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps({token: n for n, token in enumerate(sorted(tokens))}), "utf-8")


@pytest.mark.parametrize("case", BROKEN)
def test_damaged_weights_are_named_with_the_remedy(case: str, shelf: TinyShelf, tmp_path: Path) -> None:
    name, damage, message = BROKEN[case]
    weights = copied(shelf, MODELS[name], tmp_path)
    damage(weights.converted, shelf)
    with pytest.raises(PitchgenError, match=message) as raised:
        loaded(name, weights)
    assert isinstance(raised.value, EngineError | MissingWeights)
    assert f"pitchgen models pull {MODELS[name]}" in str(raised.value)
    assert "\n" not in str(raised.value)


UNCONVERTIBLE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "missing": ("madlad", lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json: is missing"),
    "no weights": ("madlad", lambda folder: (folder / "model.safetensors").unlink(), "cannot be converted"),
    "truncated": ("madlad", lambda folder: truncate(folder / "model.safetensors"), "cannot be converted"),
    "truncated too": ("marian", lambda folder: truncate(folder / "pytorch_model.bin"), "cannot be converted"),
    "no configuration": ("nllb", lambda folder: truncate(folder / "config.json"), "no configuration of a model"),
    "architecture": ("nllb", lambda folder: edit(folder / "config.json", model_type="t5"), "of a model 't5'"),
    "size": ("m2m100", lambda folder: edit(folder / "config.json", encoder_layers=2), "lacks .* of its weights"),
    "shape": ("m2m100", lambda folder: edit(folder / "config.json", d_model=32), "cannot be converted"),
}


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


@pytest.mark.parametrize("case", UNCONVERTIBLE)
def test_what_cannot_be_converted_leaves_nothing_behind(case: str, shelf: TinyShelf, tmp_path: Path) -> None:
    name, damage, message = UNCONVERTIBLE[case]
    weights = copied(shelf, MODELS[name], tmp_path)
    shutil.rmtree(weights.converted)
    damage(weights.folder)
    before = sorted(weights.folder.rglob("*"))
    with pytest.raises(PitchgenError, match=message) as raised:
        convert(weights)
    assert isinstance(raised.value, EngineError | MissingWeights)
    assert "\n" not in str(raised.value)
    assert sorted(weights.folder.rglob("*")) == before


def test_a_copy_is_replaced_whole(shelf: TinyShelf, tmp_path: Path) -> None:
    weights = copied(shelf, "opus-mt-zh-en", tmp_path)
    names = {path.name for path in weights.converted.iterdir()}
    assert {"model.bin", "source.spm", "target.spm"} <= names
    (weights.converted / "model.bin").write_bytes(b"old")
    convert(weights)
    assert {path.name for path in weights.converted.iterdir()} == names
    assert loaded("marian", weights)[0].text == translations("en")[LINES[0]]
    assert sorted(path.name for path in weights.folder.iterdir()) == sorted(
        [*weights.model.files, "ctranslate2", "lock.json"]
    )


def test_special_tokens_in_her_words_are_words(rack: Rack) -> None:
    """What she says cannot choose a language or end a sentence."""
    for name, text in (("nllb", f"{LINES[0][:-1]} fra_Latn </s>"), ("madlad", f"<2fr> {LINES[0]}")):
        tokens = engine(name, rack)._model._network().tokenizer.encode(text, "zh", "ru")
        assert not {"fra_Latn", "<2fr>"} & set(tokens)
        assert tokens.count("</s>") == 1


def test_texts_are_cut_where_it_hurts_least() -> None:
    def cut(text: str, most: int = 1000) -> list[str]:
        return [part.text for part in parts(text, lambda piece: len(piece) <= most)]

    assert cut("您好！“可以。”请看") == ["您好！", "“可以。”", "请看"]
    assert cut("Price: 12.8 yuan. It folds.") == ["Price: 12.8 yuan.", "It folds."]
    assert cut("一二三，四五六，七八九", 8) == ["一二三，四五六，", "七八九"]
    assert cut("一二三四五六七八九十", 4) == ["一二", "三四五", "六七", "八九十"]
    assert cut("1,000双，2,000双", 8) == ["1,000双，", "2,000双"]
    assert cut("请看www.a.com/b，或写信a@b.cn。") == ["请看", "www.a.com/b", "，或写信", "a@b.cn", "。"]
    assert cut("") == cut(" \n ") == []


def test_parts_are_joined_as_the_language_writes() -> None:
    found = parts("好。www.a.com。好！", lambda _: True)
    assert join([(part, part.text if part.verbatim else "Good!") for part in found], "en") == "Good! www.a.com. Good!"
    assert join([(part, part.text if part.verbatim else "好！") for part in found], "zh") == "好！www.a.com。好！"


def test_loops_are_words_that_do_not_stop() -> None:
    assert loops("very good " * 5)
    assert loops("哈哈" * 5)
    assert not loops("very, very, very good")
    assert not loops("1000000000000.........................")


def test_targets_are_mixed_in_the_sample() -> None:
    """The fixtures mean something: no two lines of a language are alike, nor a line in two languages."""
    texts = [text for _, _, text in corpus()]
    assert len(set(texts)) == len(texts) == len(TARGETS) * (len(LINES) + 1)
