/* The lead's card: who the customer is, whose lead it is, and its tags. */

import { make } from "/page/dom.js";
import { t } from "/page/language.js";
import { displayName, tagNames } from "/page/reading.js";
import { world } from "/page/world.js";

export function drawCard(card, chat) {
  const rows = chat.lead ? leadRows(chat) : [];
  const print = JSON.stringify([chat.chat, rows]);
  if (card.dataset.print === print) return;
  card.dataset.print = print;
  const title = make("h3", "", chat.lead?.name || t("leadCard"));
  const body = chat.lead ? make("dl", "", ...rows.map(drawRow)) : make("p", "empty", t("hintNoLead"));
  card.replaceChildren(title, body);
}

function leadRows(chat) {
  return [
    [t("lead"), `#${chat.lead.id}`],
    [t("responsible"), responsible(chat.lead)],
    [t("tags"), tagNames(chat)],
    [t("contact"), displayName(chat)],
    [t("phone"), chat.contact?.phone ?? ""],
    [t("origin"), chat.origin ?? ""],
    [t("talk"), chat.talk_id ? `#${chat.talk_id}` : ""],
  ].filter(([, value]) => value !== "");
}

function responsible(lead) {
  return world.users.find((user) => user.id === lead.responsible_user_id)?.name ?? t("nobody");
}

function drawRow([name, value]) {
  return make("div", "", make("dt", "", name), make("dd", "", ...drawValue(value)));
}

function drawValue(value) {
  if (!Array.isArray(value)) return [value];
  return value.length ? value.map((tag) => make("span", "tag", tag)) : [t("none")];
}
