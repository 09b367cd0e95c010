"""The table of languages: one row each. What only one engine needs to know of a language stays in that engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pitchgen.languages.captions import RULES, CaptionRules


@dataclass(frozen=True, slots=True)
class Language:
    """One language that pitchgen knows."""

    code: str
    """BCP-47."""
    iso639_2: str
    """ISO 639-2/T, as media containers tag their tracks."""
    name: str
    """In English."""
    native: str
    """In itself."""
    script: str
    """ISO 15924."""
    pace: float
    """Characters a second of ordinary speech, spaces included."""
    sample: str
    """A sentence, for tests of voices, fonts and line breaks: welcome to our shop."""
    direction: Literal["ltr", "rtl"] = "ltr"
    spaced: bool = True
    """Words are separated by spaces."""

    @property
    def captions(self) -> CaptionRules:
        """What its readers take in."""
        return RULES[self.script]


ROWS = (
    # pace: scripts/measure_pace.py, espeak-ng's reading of the sample at its usual 175 words a minute; where it has no
    # usable voice, that of a near language: Indonesian for Filipino, Tamil for Burmese, Thai for Khmer and Lao; for
    # Japanese 7.8 morae a second (Coupé et al., Science Advances 2019) at 1.6 morae a character of mixed writing
    Language("zh", "zho", "Chinese", "中文", "Hans", 4.7, "大家好，欢迎来到我们的店铺。", spaced=False),
    Language("en", "eng", "English", "English", "Latn", 16.6, "Hello everyone, welcome to our shop."),
    Language("fr", "fra", "French", "français", "Latn", 21.5, "Bonjour à tous, bienvenue dans notre magasin."),
    Language("ru", "rus", "Russian", "русский", "Cyrl", 20.2, "Здравствуйте, добро пожаловать в наш магазин."),
    Language("es", "spa", "Spanish", "español", "Latn", 18.2, "Hola a todos, bienvenidos a nuestra tienda."),
    Language("pt", "por", "Portuguese", "português", "Latn", 16.6, "Olá a todos, bem-vindos à nossa loja."),
    Language("de", "deu", "German", "Deutsch", "Latn", 20.1, "Hallo zusammen, willkommen in unserem Geschäft."),
    Language("it", "ita", "Italian", "italiano", "Latn", 17.0, "Ciao a tutti, benvenuti nel nostro negozio."),
    Language("nl", "nld", "Dutch", "Nederlands", "Latn", 16.9, "Hallo allemaal, welkom in onze winkel."),
    Language("pl", "pol", "Polish", "polski", "Latn", 16.1, "Dzień dobry, witamy w naszym sklepie."),
    Language("cs", "ces", "Czech", "čeština", "Latn", 16.2, "Dobrý den, vítejte v našem obchodě."),
    Language("sk", "slk", "Slovak", "slovenčina", "Latn", 15.5, "Dobrý deň, vitajte v našom obchode."),
    Language("hu", "hun", "Hungarian", "magyar", "Latn", 15.9, "Üdvözlünk mindenkit az üzletünkben!"),
    Language("ro", "ron", "Romanian", "română", "Latn", 16.3, "Bună ziua, bine ați venit în magazinul nostru."),
    Language("bg", "bul", "Bulgarian", "български", "Cyrl", 16.0, "Здравейте, добре дошли в нашия магазин."),
    Language("el", "ell", "Greek", "ελληνικά", "Grek", 17.0, "Γεια σας, καλώς ήρθατε στο κατάστημά μας."),
    Language("uk", "ukr", "Ukrainian", "українська", "Cyrl", 12.4, "Вітаємо, ласкаво просимо до нашого магазину."),
    Language("tr", "tur", "Turkish", "Türkçe", "Latn", 13.7, "Herkese merhaba, mağazamıza hoş geldiniz."),
    Language("ar", "ara", "Arabic", "العربية", "Arab", 9.8, "مرحبًا بالجميع، أهلًا بكم في متجرنا.", direction="rtl"),
    Language("fa", "fas", "Persian", "فارسی", "Arab", 12.8, "سلام به همه، به فروشگاه ما خوش آمدید.", direction="rtl"),
    Language("he", "heb", "Hebrew", "עברית", "Hebr", 12.7, "שלום לכולם, ברוכים הבאים לחנות שלנו.", direction="rtl"),
    Language("ur", "urd", "Urdu", "اردو", "Arab", 12.4, "سب کو سلام، ہماری دکان میں خوش آمدید۔", direction="rtl"),
    Language("hi", "hin", "Hindi", "हिन्दी", "Deva", 14.8, "सभी को नमस्ते, हमारी दुकान में आपका स्वागत है।"),
    Language("bn", "ben", "Bangla", "বাংলা", "Beng", 12.8, "সবাইকে নমস্কার, আমাদের দোকানে স্বাগতম।"),
    Language("ta", "tam", "Tamil", "தமிழ்", "Taml", 14.9, "அனைவருக்கும் வணக்கம், எங்கள் கடைக்கு வரவேற்கிறோம்."),
    Language("te", "tel", "Telugu", "తెలుగు", "Telu", 11.9, "అందరికీ నమస్కారం, మా దుకాణానికి స్వాగతం."),
    Language("th", "tha", "Thai", "ไทย", "Thai", 10.3, "สวัสดีทุกคน ยินดีต้อนรับสู่ร้านของเรา", spaced=False),
    Language("vi", "vie", "Vietnamese", "Tiếng Việt", "Latn", 19.6, "Xin chào mọi người, chào mừng đến với cửa hàng của chúng tôi."),
    Language("id", "ind", "Indonesian", "Indonesia", "Latn", 15.5, "Halo semuanya, selamat datang di toko kami."),
    Language("ms", "msa", "Malay", "Melayu", "Latn", 15.8, "Helo semua, selamat datang ke kedai kami."),
    Language("fil", "fil", "Filipino", "Filipino", "Latn", 15.5, "Kumusta sa lahat, maligayang pagdating sa aming tindahan."),
    Language("ja", "jpn", "Japanese", "日本語", "Jpan", 5.0, "皆さん、こんにちは。私たちの店へようこそ。", spaced=False),
    Language("ko", "kor", "Korean", "한국어", "Kore", 6.8, "여러분 안녕하세요, 저희 가게에 오신 것을 환영합니다."),
    Language("kk", "kaz", "Kazakh", "қазақ тілі", "Cyrl", 15.0, "Баршаңызға сәлем, дүкенімізге қош келдіңіздер."),
    Language("uz", "uzb", "Uzbek", "oʻzbekcha", "Latn", 14.5, "Hammaga salom, doʻkonimizga xush kelibsiz."),
    Language("sw", "swa", "Swahili", "Kiswahili", "Latn", 12.8, "Habari zenu, karibuni katika duka letu."),
    Language("am", "amh", "Amharic", "አማርኛ", "Ethi", 8.6, "ሰላም ለሁላችሁ፣ ወደ ሱቃችን እንኳን ደህና መጡ።"),
    Language("my", "mya", "Burmese", "မြန်မာ", "Mymr", 14.9, "အားလုံး မင်္ဂလာပါ၊ ကျွန်ုပ်တို့၏ ဆိုင်မှ ကြိုဆိုပါသည်။", spaced=False),
    Language("km", "khm", "Khmer", "ខ្មែរ", "Khmr", 10.3, "សួស្តីអ្នកទាំងអស់គ្នា សូមស្វាគមន៍មកកាន់ហាងរបស់យើង។", spaced=False),
    Language("lo", "lao", "Lao", "ລາວ", "Laoo", 10.3, "ສະບາຍດີທຸກຄົນ, ຍິນດີຕ້ອນຮັບສູ່ຮ້ານຂອງພວກເຮົາ", spaced=False),
    Language("sv", "swe", "Swedish", "svenska", "Latn", 15.8, "Hej allihopa, välkomna till vår butik."),
)  # fmt: skip
