"""اردو. A mark at the beginning makes the line run from right to left although the clinic's name is in Latin letters."""

from reminders.texts.words import Words, words

_RIGHT_TO_LEFT = "\u200f"


def _words(sms: str, subject: str, *paragraphs: str) -> Words:
    return words(_RIGHT_TO_LEFT + "{first_name}، السلام علیکم", _RIGHT_TO_LEFT + sms, subject, *paragraphs)


_VISIT = "آپ کی اپائنٹمنٹ {day_date} کو {time} بجے ہے۔ جگہ: {place}"
_ANSWER = "کیا آپ آ سکتے ہیں؟ ہمیں یہاں بتائیں:\n{link}"
_CANNOT = "اگر آپ نہیں آ سکتے تو ابھی بتائیں، تاکہ کوئی اور آپ کا وقت لے سکے۔ آپ فون بھی کر سکتے ہیں: {phone}"
_SUBJECT = "آپ کی اپائنٹمنٹ: {day_date}، {time} بجے"

WORDS = {
    "welcome": _words(
        "{clinic}: {first_name}، ہم آپ کو اپائنٹمنٹ کے پیغام بھیجیں گے۔ بند کرنے کے لیے STOP لکھ کر بھیجیں۔ {link}",
        "آپ کی اپائنٹمنٹ کے پیغام",
        "ہم آپ کو اپائنٹمنٹ کے پیغام بھیجیں گے۔",
        "آپ کی اپائنٹمنٹ: {link}",
        "اگر آپ پیغام نہیں چاہتے تو وہاں بتائیں یا فون کریں: {phone}",
    ),
    "booked": _words(
        "{clinic}: {first_name}، آپ کی اپائنٹمنٹ {day_date} کو {time} بجے ہے۔ تصدیق کریں: {link}",
        _SUBJECT,
        _VISIT,
        "تصدیق کریں یا وقت بدلنے کو کہیں:\n{link}",
    ),
    "visit_far": _words(
        "{clinic}: {first_name}، آپ کی اپائنٹمنٹ {day_date} کو {time} بجے ہے۔ کیا آپ آ سکتے ہیں؟ {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_near": _words(
        "{clinic}: {first_name}، آپ کی اپائنٹمنٹ {day_date} کو {time} بجے ہے۔ نہیں آ سکتے؟ {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_next_day": _words(
        "{clinic}: {first_name}، یاد رکھیں: اپائنٹمنٹ {day_date} کو {time} بجے ہے۔ نہیں آ سکتے؟ {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "moved": _words(
        "{clinic}: {first_name}، آپ کی اپائنٹمنٹ اب {day_date} کو {time} بجے ہے۔ تصدیق کریں: {link}",
        "آپ کی اپائنٹمنٹ اب: {day_date}، {time} بجے",
        "آپ کی اپائنٹمنٹ اب {day_date} کو {time} بجے ہے۔ پرانا وقت منسوخ ہے۔ جگہ: {place}",
        "تصدیق کریں یا وقت بدلنے کو کہیں:\n{link}",
    ),
    "cancelled": _words(
        "{clinic}: {first_name}، {day_date} کو {time} بجے کی آپ کی اپائنٹمنٹ منسوخ ہو گئی ہے۔ نئے وقت کے لیے فون کریں: {phone}",
        "اپائنٹمنٹ منسوخ: {day_date}",
        "{day_date} کو {time} بجے کی آپ کی اپائنٹمنٹ منسوخ ہو گئی ہے۔",
        "نئے وقت کے لیے: {link}\nیا فون کریں: {phone}",
    ),
    "move_asked": _words(
        "{clinic}: {first_name}، آپ نے اپائنٹمنٹ بدلنے کو کہا ہے۔ ہمارے جواب تک پرانا وقت آپ ہی کا ہے۔ فون: {phone}",
        "آپ نے اپائنٹمنٹ بدلنے کو کہا ہے",
        "آپ نے اپائنٹمنٹ بدلنے کو کہا ہے۔ ہمارے جواب تک پرانا وقت آپ ہی کا ہے۔",
        "آپ فون بھی کر سکتے ہیں: {phone}",
    ),
    "missed": _words(
        "{clinic}: {first_name}، آج آپ کی اپائنٹمنٹ تھی اور آپ نہیں آئے۔ نیا وقت: {link} یا فون: {phone}",
        "آج آپ کی اپائنٹمنٹ تھی",
        "آج آپ کی اپائنٹمنٹ تھی اور آپ نہیں آئے۔",
        "نیا وقت چنیں: {link}\nیا فون کریں: {phone}",
    ),
    "due": _words(
        "{clinic}: {first_name}، اگلی اپائنٹمنٹ لینے کا وقت ہے۔ فون: {phone} یا {link}",
        "اگلی اپائنٹمنٹ لینے کا وقت ہے",
        "اگلی اپائنٹمنٹ لینے کا وقت ہے۔ فون کریں، ہم مناسب وقت ڈھونڈ لیں گے: {phone}",
        "یا یہاں چنیں: {link}",
    ),
    "diary": _words(
        "{clinic}: {first_name}، براہ کرم پچھلے دنوں کی ڈائری بھریں۔ 1 منٹ لگے گا: {link}",
        "آپ کی ڈائری",
        "براہ کرم پچھلے دنوں کی ڈائری بھریں۔ 1 منٹ لگے گا:\n{link}",
    ),
    "offer": _words(
        "{clinic}: {first_name}، ایک وقت خالی ہے: {day_date}، {time} بجے۔ کیا آپ کو چاہیے؟ {link}",
        "ایک خالی وقت: {day_date}، {time} بجے",
        "ایک وقت خالی ہے: {day_date}، {time} بجے۔ جگہ: {place}",
        "کیا آپ کو چاہیے؟ جو پہلے ہاں کہے گا، اسے ملے گا:\n{link}",
        "اگر نہیں چاہیے تو کچھ نہ کریں۔",
    ),
    "side_effects": _words(
        "{clinic}: {first_name}، اپائنٹمنٹ کے بعد آپ کیسے ہیں؟ کوئی فکر ہو تو فون کریں: {phone}۔ "
        "ہنگامی صورت میں فوراً مدد بلائیں۔",
        "اپائنٹمنٹ کے بعد آپ کیسے ہیں؟",
        "اپائنٹمنٹ کے بعد آپ کیسے ہیں؟ کوئی فکر ہو تو فون کریں: {phone}",
        "ہنگامی صورت میں انتظار نہ کریں: فوراً ایمرجنسی نمبر پر فون کریں۔",
    ),
    "effect": _words(
        "{clinic}: {first_name}، اپائنٹمنٹ کے بعد اب تک کیسا رہا؟ براہ کرم اپنی ڈائری بھریں: {link}",
        "اپائنٹمنٹ کے بعد اب تک کیسا رہا؟",
        "آپ کی اپائنٹمنٹ کو چند ہفتے ہو گئے ہیں۔ براہ کرم اپنی ڈائری بھریں، تاکہ ہم جان سکیں کہ کیسا رہا:\n{link}",
    ),
}
