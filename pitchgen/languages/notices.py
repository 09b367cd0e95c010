"""The explicit label in the words of each language: that it is artificial, and that it was generated.

`AI` and a word for `generated` or `synthesised` are what GB 45438-2025 asks for in Chinese; elsewhere the same two
elements are said. Nobody who speaks them natively has reviewed the others.
"""

from __future__ import annotations

NOTICES = {
    "zh": "AI生成",
    "en": "AI-generated",
    "fr": "Généré par IA",
    "ru": "Создано ИИ",
    "es": "Generado por IA",
    "pt": "Gerado por IA",
    "de": "KI-generiert",
    "it": "Generato dall’IA",
    "nl": "AI-gegenereerd",
    "pl": "Wygenerowano przez AI",
    "cs": "Vytvořeno pomocí AI",
    "sk": "Vytvorené pomocou AI",
    "hu": "MI által generált",
    "ro": "Generat de IA",
    "bg": "Генерирано от ИИ",
    "el": "Δημιουργήθηκε με ΤΝ",
    "uk": "Створено ШІ",
    "tr": "Yapay zekâ ile üretildi",
    "ar": "مولّد بالذكاء الاصطناعي",
    "fa": "تولیدشده با هوش مصنوعی",
    "he": "נוצר בבינה מלאכותית",
    "ur": "مصنوعی ذہانت سے تیار کردہ",
    "hi": "AI द्वारा निर्मित",
    "bn": "AI দ্বারা তৈরি",
    "ta": "AI மூலம் உருவாக்கப்பட்டது",
    "te": "AI ద్వారా రూపొందించబడింది",
    "th": "สร้างโดย AI",
    "vi": "Tạo bởi AI",
    "id": "Dibuat dengan AI",
    "ms": "Dijana oleh AI",
    "fil": "Ginawa ng AI",
    "ja": "AI生成",
    "ko": "AI 생성",
    "kk": "ЖИ жасаған",
    "uz": "AI tomonidan yaratilgan",
    "sw": "Imetengenezwa na AI",
    "am": "በAI የተፈጠረ",
    "my": "AI ဖြင့် ဖန်တီးထားသည်",
    "km": "បង្កើតដោយ AI",
    "lo": "ສ້າງໂດຍ AI",
    "sv": "AI-genererat",
}
"""By BCP-47 code."""
