"""A clear wish to get no more texts, in one's own words, in the languages that messages are sent in. Pure.

Each pattern reads a text that `grammar.plain` has made plain. A wish is an imperative or an "I do not want": what only
mentions stopping ("should I stop taking them?") is for a person, and so is its opposite ("do not stop texting me").
"""

import re

_MESSAGES = r"(?:te?xts?|te?xting|messages?|messaging|msgs?|sms(?:es)?)"
_SOON = r"(?: \w+){0,3}?"  # a few words between the verb and what it is about
_LIST = r"(?:this|your|the|that) (?:texts? |texting |messages? |messaging |sms |mailing )?(?:list|database|system)"

_POLITELY = r"(?:please|pls|plz|kindly|just|ok|okay|yes|hi|hello|thanks|thank you|thx)"

# The first of each language: the one word, with nothing beside it but politeness, haste, or itself once more.
ENGLISH = (
    rf"^(?:{_POLITELY} )*(?:stop|unsubscribe|opt ?out)(?: (?:stop|it|all|now|immediately|{_POLITELY}))*$",
    rf"stop (?:sending|send){_SOON} {_MESSAGES}",
    r"stop (?:te?xting|messaging|contacting|sms)(?:$| )",
    rf"stop (?:(?:all|the|these|those|your|ur|any|more|with|getting|receiving) ){{0,3}}{_MESSAGES}",
    r"stop (?:sending|writing) (?:to )?me(?:$| anything| things| stuff| these| those| this)",
    r"(?:dont|do not|never|pls dont|please no) (?:ever )?(?:text|txt|message|msg|sms|contact)(?:$| me| us| this| any| again| no more)",
    rf"(?:dont|do not|never) send{_SOON} {_MESSAGES}",
    rf"(?:dont|do not|no longer) (?:want|wish|need)(?: to)?(?: (?:get|receive|have|be sent|your|ur|any|more|these|further|the)){{0,4}} {_MESSAGES}",
    rf"no (?:more|further) {_MESSAGES}",
    r"(?:unsubscribe|opt) me(?: out)?(?:$| from| please| pls| now)",
    rf"remove me(?:$| please| pls| now| from (?:(?:this|it|here)(?:$| please| pls| now)|(?:(?:all|any|these|your|the) )?{_MESSAGES}))",
    r"(?:i (?:want|wish|would like|d like) to |id like to )(?:opt out|unsubscribe)",
    rf"(?:take|remove|delete|get) (?:me|my number|this number) (?:off|from) {_LIST}",
    r"(?:remove|delete) (?:my|this) number(?:$| please| pls| now| thanks)",
    rf"opt(?:ing)? out of{_SOON} {_MESSAGES}",
    r"(?:i )?(?:hereby )?revoke (?:my )?(?:consent|permission)",
)
WELSH = (
    r"^(?:(?:os gwelwch yn dda|plis) )?(?:stop|stopi(?:wch|o)|peidiwch)(?: (?:nawr|rwan|os gwelwch yn dda|plis|diolch))*$",
    r"(?:peidiwch|paid|peidio) (?:a|ag) (?:thecstio|tecstio|negesu)",
    rf"(?:peidiwch|paid|peidio) (?:a|ag) (?:anfon|danfon|gyrru|hanfon|chysylltu){_SOON} (?:neges\w*|negesau|tecst\w*|thecst\w*|ata i|a mi)",
    rf"stopi(?:wch|o|a) (?:anfon|danfon|gyrru|tecstio|y neges\w*|neges\w*|y tecst\w*){_SOON}",
    r"dim (?:mwy|rhagor) o (?:neges\w*|decst\w*|tecst\w*)",
    r"rhowch y gorau i (?:anfon|ddanfon|yrru|decstio)",
    r"(?:dydw i|dw i|dwi) ddim (?:eisiau|isio|am gael)(?: mwy o| rhagor o)? (?:neges\w*|tecst\w*)",
)
# Do it not, as an order: what somebody did, or does, not do ("no me enviaron", "no me mandan") is a complaint.
_NOT_TO_SEND = r"(?:(?:envi|mand)(?:e|es|en|eis|ar(?:me|nos)?)|escrib(?:a|as|an|ais|ir(?:me|nos)?))"
SPANISH = (
    r"^(?:por favor )?(?:stop|alto|baja|pare|parar|basta)(?: (?:ya|ahora|por favor|gracias))*$",
    rf"no (?:me )?{_NOT_TO_SEND}(?: me)?(?: \w+){{0,2}}? (?:mas|mensajes?|sms|textos?)",
    rf"no me {_NOT_TO_SEND}$",
    r"(?:deje|dejen|deja|dejad|paren|pare|para) de (?:envi\w+|mand\w+|escrib\w+)",
    r"(?:quiero )?dejar de recibir(?: \w+){0,2}? (?:mensajes?|sms|textos?)",
    r"no (?:quiero|deseo)(?: recibir)?(?: mas| sus| estos| tantos){0,2} (?:mensajes?|sms|textos?)",
    r"no mas (?:mensajes?|sms|textos?)",
    r"(?:denme|deme|dame|darme) de baja",
)
# Of messages, and not of a visit or a hospital.
_OUT = r"(?:$| prosze| juz| z(?: tej| tych| waszej| waszych)? (?:list\w*|baz\w*|sms\w*|wiadomosci\w*|powiadomien\w*))"
POLISH = (
    r"^(?:prosze )?(?:stop|koniec|wypisz)(?: (?:juz|prosze|dziekuje|dzieki))*$",
    r"(?:prosze )?nie (?:pisz|piszcie|pisac|smsuj|smsujcie|smsowac)(?:$| do mnie| wiecej| juz| tu| sms\w*)",
    r"nie (?:wysylaj|wysylajcie|wysylac|przysylaj|przysylajcie|przysylac)(?: \w+){0,3}? (?:sms\w*|wiadomosci\w*)",
    r"(?:przestan(?:cie)?|prosze przestac)(?: do mnie)?(?: mi)? (?:pisac|wysylac|przysylac|smsowac)",
    r"nie chce(?: juz| wiecej| dostawac| otrzymywac| tych| waszych){0,4} (?:sms\w*|wiadomosci\w*)",
    r"(?:koniec|dosc)(?: z)?(?: tych| tymi)? (?:sms\w*|wiadomosci\w*)",
    rf"wypisz(?:cie)? mnie{_OUT}",
    rf"prosze mnie wypisac{_OUT}",
    r"(?:rezygnuje|zrezygnowac) z(?: tych| waszych)? (?:sms\w*|wiadomosci\w*)",
)
_URDU_MESSAGES = r"(?:میسج|میسیج|میسجز|پیغام|پیغامات|ٹیکسٹ|ایس ایم ایس)"
# That somebody has stopped them is a complaint; that they be stopped is a wish.
_STOPPED = "(?:دی|دیا|دیے|دییے)"
URDU = (
    r"^(?:(?:براہ کرم|پلیز) )?(?:بند کر(?:یں|و| دیں)|روکیں|سٹاپ|اسٹاپ|stop)(?: (?:پلیز|شکریہ))*$",
    rf"{_URDU_MESSAGES} (?:مت|نہ) (?:بھیج\w*|کر\w*)",
    rf"{_URDU_MESSAGES}(?: بھیجنا| کرنا| بھیجنے)? بند کر(?! ?{_STOPPED}\b(?! جا))",
    rf"{_URDU_MESSAGES} نہیں چاہ",
    r"(?:message|messages|msg|msgs|sms|text)(?: karna| bhejna)? (?:band kar(?! ?(?:di|dia|die|diya|diye)\b)\w*|(?:mat|na) (?:bhej\w*|kar\w*))",
)
# What stands right before a wish and turns it round, makes it somebody else's, or a condition.
_TURNED = {
    ENGLISH: r"dont|do not|not|never|you|they|we|he|she|i|u|if|why|when|should|cant|wont|got|get|had|have|been|are|were|received|there"
    r"|(?:dont|do not|not|never) (?:want|wish|like|have|need) to",
    WELSH: r"(?:peidiwch|paid|peidio) a|os|pam|chi|ti|wedi",
    SPANISH: r"no|nunca|si|cuando|yo|por que|no (?:quiero|deseo) que",
    POLISH: r"nie|nigdy|jesli|kiedy",
    URDU: r"اگر|نہ",
}
_WISHES = tuple(
    (re.compile(rf"\b{wish}"), re.compile(rf"\b(?:{turned})$")) for wishes, turned in _TURNED.items() for wish in wishes
)
# "I do not want" has an "I" of its own, and "can you stop" ("allwch chi stopio") is a wish put politely.
_OWN = re.compile(r"(?:dont|do not|no longer) (?:want|wish|need)")
_POLITE = re.compile(r"\b(?:(?:can|could|would|will) (?:you|u|ya)|(?:g?allwch|fedrwch|w?newch) chi)$")


def wants_none(words: str) -> bool:
    """Return whether a plain text says clearly that its writer wants no more texts."""
    return any(_is_wish(words, match, turned) for wish, turned in _WISHES if (match := wish.search(words)))


def _is_wish(words: str, wish: "re.Match[str]", turned: "re.Pattern[str]") -> bool:
    """Return whether nothing before a wish turns it round."""
    before = words[: wish.start()].rstrip()
    if _POLITE.search(before):
        return True
    if _OWN.match(wish.group()):
        return before.split()[-1:] in ([], ["i"], ["we"], ["please"]) or not turned.search(before)
    return not turned.search(before)
