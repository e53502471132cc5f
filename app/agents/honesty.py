"""Who asks whether it is a bot, and a reply that says it is none. Pure; pt-BR, es and en."""

import re

from app.domain.language import words

_BOT = (
    r"(?:robo|robot|bot|chatbot|chat bot|maquina|machine|ia|ai|inteligencia artificial|artificial intelligence"
    r"|assistente virtual|asistente virtual|virtual assistant|atendente virtual|atendimento automatico)"
)
_HUMAN = r"(?:humano|humana|human|human being|ser humano|pessoa|persona|person|gente|people|alguem|alguien)"
_A = r"(?:um |uma |un |una |an? |o |a |el |la |the |so |mesmo |real |actual |de fato )*"
_REAL = r"(?: (?:de verdade|real|mesmo|de verdad|verdadeir[oa]|de carne e osso|por acaso|or what|ou nao|o no|or not))*"
_OTHER = rf"(?: (?:ou|o|or) {_A}(?:{_BOT}|{_HUMAN}){_REAL})?"
_YOU = (
    r"(?:(?:voce|vc|tu|isso|isto|aqui|ai) (?:e|eh)|e|eh|(?:estou|to|tou) (?:falando|conversando) com|falo com"
    r"|(?:eres|sos|es usted|es esto|esto es|es)|(?:estoy )?(?:hablando|chateando) con|hablo con"
    r"|(?:are|r) (?:you|u|this|we)|is (?:this|it|that)|am i (?:talking|speaking|chatting|writing) (?:to|with)"
    r"|you are|ur"
    r"|youre|u are)"
)
_AROUND = (
    r"^(?:(?:oi|ola|hola|hi|hello|hey|mas|pero|but|e|y|and|so|wait|espera|desculpa|disculpa|sorry|me diz|diz|dime"
    r"|tell me|bom dia|boa tarde|boa noite|buenas|buenos dias|buenas tardes|por acaso|sera que|acaso) )*"
)
_ASKS = re.compile(rf"{_AROUND}{_YOU} {_A}(?:{_BOT}|{_HUMAN}){_REAL}{_OTHER}$")
_SENTENCE = re.compile(r"[^?.!;\n\u00bf\u00a1]+\??")

_DENIES = re.compile(
    rf"\b(?:nao sou|no soy|(?:im|i am) not) {_A}{_BOT}\b"
    rf"|\b(?:sou|soy|im|i am) {_A}(?:humano|humana|human|pessoa real|pessoa de verdade|persona real|persona de verdad"
    r"|person|real person|pessoa|persona|ser humano)\b"
)

# A program has no name of a person and no trade among the staff.
_STAFF = (
    r"(?:vendedora?|atendente|consultora?|gerente|recepcionista|funcionari[oa]|secretaria|asesora?|encargad[oa]"
    r"|salesperson|sales rep|salespeople|attendant|agent|manager|receptionist|representative|representante|dono"
    r"|dona|duen[oa]|owner"
    r"|da equipe|de la equipo|del equipo|from the team|do time)"
)
_AS_STAFF = re.compile(
    rf"\b(?:sou|soy|im|i am|aqui e|aqui fala|te habla"
    rf"|this is) (?!{_A}{_BOT})(?:\w+ ){{0,4}}{_STAFF}\b(?! virtua(?:l|is))"
    r"|\b(?:quem fala|quem responde|quien habla|quien responde)(?: \w+){0,3} (?:e|es) (?:gente|uma pessoa"
    r"|una persona|humano)\b"
)


def asks_if_bot(text: str) -> bool:
    """Whether one of the text's sentences asks if a program is writing."""
    return any(map(_is_the_question, _SENTENCE.findall(text)))


def asks_only_that(text: str) -> bool:
    """Whether the text asks that and nothing else, greetings aside."""
    said = [sentence for sentence in _SENTENCE.findall(text) if words(sentence)]
    return bool(said) and all(map(_is_the_question, said))


def claims_to_be_human(text: str) -> bool:
    """Whether a reply says that it was written by a person, or by no program."""
    said = " ".join(words(text))
    if _DENIES.search(said):
        return True
    # A sentence at a time: "I am a program. The saleswoman will call you."
    return any(_AS_STAFF.search(" ".join(words(one))) for one in _SENTENCE.findall(text))


def _is_the_question(sentence: str) -> bool:
    return _ASKS.search(" ".join(words(sentence))) is not None
