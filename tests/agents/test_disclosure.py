"""An account that wants it: the first message of a conversation says that a program writes, and no later one does."""

from app.agents.offline import OfflineBrain
from app.domain.disclosure import disclosure
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.house import ScriptedBrain, company_said, customer_says, work_until_quiet
from tests.sandbox.player import Player


async def test_two_turns_of_one_conversation_disclose_once_and_another_conversation_anew(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    await house.knowledge.add_examples(shop.id)
    await house.doors.preferences.change(shop.id, {"ai_disclosure": True, "balloon_spacing": 0}, who="test")
    brain.answer = OfflineBrain(house.knowledge).reply
    for chat in ("maria", "joao"):
        for text in ("Qual o endereço?", "E o horário de funcionamento?"):
            said = await customer_says(sandbox, house, shop, text, chat=chat)
            await work_until_quiet(house)
        told = await company_said(sandbox, said)
        assert ["inteligência artificial" in one for one in told] == [True, *[False] * (len(told) - 1)]
        assert len(told) >= 3


async def test_whoever_writes_the_answer_the_first_one_says_that_a_program_does(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    settings = {"ai_disclosure": True, "balloon_spacing": 0, "business_name": "Clínica Sorriso"}
    await house.doors.preferences.change(shop.id, settings, who="test")
    brain.says = [a_reply("Custa R$ 80.", locale="pt-BR"), a_reply("Na Rua Exemplo, 1.", locale="pt-BR")]
    for text in ("Quanto custa a limpeza?", "E onde fica?"):
        said = await customer_says(sandbox, house, shop, text)
        await work_until_quiet(house)
    told = await company_said(sandbox, said)
    assert told == [disclosure("pt-BR", "Clínica Sorriso"), "Custa R$ 80.", "Na Rua Exemplo, 1."]
