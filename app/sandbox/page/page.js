/* Joins the parts: follows the sandbox, draws both sides, tells screen readers what arrived. */

import { byId } from "/page/dom.js";
import { drawGuide, startGuide } from "/page/guide.js";
import { author, drawInbox, startInbox } from "/page/inbox.js";
import { adopt, label, language, speak, t, zoneName } from "/page/language.js";
import { drawPhone, startPhone } from "/page/phone.js";
import { timeline } from "/page/reading.js";
import { drawSides, newsOn, startSides } from "/page/sides.js";
import { askLanguage, changed, chosenChat, follow, onChange, switchLanguage, world } from "/page/world.js";

const told = new Set();
let tellFrom = false;

function startLanguages() {
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => choose(button.dataset.lang));
  }
}

/* The notes are Ponte's to write: it is asked to write the next ones in this language, too. */
async function choose(lang) {
  speak(lang);
  drawLanguage();
  changed();
  try {
    await switchLanguage(lang);
  } catch (error) {
    byId("phone-trouble").textContent = t("trouble", { reason: error.message });
  }
}

function drawLanguage() {
  label(document);
  byId("zone").textContent = t("zone", { zone: zoneName() });
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === language()));
  }
}

function draw() {
  document.body.dataset.loaded = String(world.loaded);
  byId("link-state").textContent = world.online ? "" : t("offline");
  drawGuide();
  drawPhone();
  drawInbox();
  tell();
  drawSides();
}

/* What the visitor did not type is announced; what was there at the start is not. */
function tell() {
  const all = world.chats.flatMap((chat) => timeline(chat).map((item) => ({ chat: chat.chat, item })));
  const fresh = all.filter(({ item }) => !told.has(item.key));
  for (const { item } of fresh) told.add(item.key);
  if (tellFrom) fresh.filter(({ chat }) => chat === chosenChat().chat).forEach(({ item }) => announce(item));
  tellFrom = world.loaded;
}

function announce(item) {
  if (item.kind !== "ponte" && item.kind !== "note") newsOn("customer");
  newsOn("seller");
  if (item.kind !== "customer") byId("announcer").textContent = `${author(item)}: ${item.text}`;
}

startLanguages();
startSides();
startGuide();
startPhone();
startInbox();
onChange(draw);
await askLanguage().then(adopt).catch(() => undefined); // without it, as the browser has them
drawLanguage();
draw();
follow();
