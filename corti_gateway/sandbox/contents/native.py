"""What patients say in their own language before it is interpreted; by the script of their name."""

from typing import NamedTuple


class Native(NamedTuple):
    """A language with a first, two middle and a last thing to say."""

    name: str
    greeting: str
    answers: tuple[str, ...]
    thanks: str


NATIVE = {
    "ARABIC": Native("Arabic", "صباح الخير يا دكتور.", ("نعم، هذا صحيح.", "اسمح لي أن أشرح."), "شكرًا جزيلًا."),
    "HEBREW": Native("Hebrew", "שלום, דוקטור.", ("כן, נכון.", "אני רוצה להסביר."), "תודה רבה."),
    "GREEK": Native("Greek", "Καλημέρα, γιατρέ.", ("Ναι, ακριβώς.", "Να σας εξηγήσω."), "Ευχαριστώ πολύ."),
    "CYRILLIC": Native("Ukrainian", "Добрий день, лікарю.", ("Так, саме так.", "Зараз поясню."), "Щиро дякую."),
    "CJK": Native("Chinese", "医生，您好。", ("对，没错。", "我来解释一下。"), "非常感谢。"),
    "HIRAGANA": Native(
        "Japanese", "先生、こんにちは。", ("はい、そうです。", "説明します。"), "ありがとうございます。"
    ),
    "DEVANAGARI": Native("Hindi", "नमस्ते डॉक्टर।", ("जी हाँ, बिल्कुल।", "देखिए, बात यह है।"), "बहुत धन्यवाद।"),
}
