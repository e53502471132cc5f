/* The three steps that show a newcomer the whole thing: ask, take over, give back. */

import { byId, make, reconcile } from "/page/dom.js";
import { keep, kept, t } from "/page/language.js";
import { sendAsCustomer } from "/page/phone.js";
import { sendAsSeller } from "/page/inbox.js";
import { showSide } from "/page/sides.js";
import { progress } from "/page/reading.js";
import { chosenChat, note, sellerName, world } from "/page/world.js";

const ANA = 1;
const KEPT_AS = "ponte.guide";

let open = kept(KEPT_AS) !== "closed";

export function startGuide() {
  byId("guide-toggle").addEventListener("click", () => {
    open = !open;
    keep(KEPT_AS, open ? "open" : "closed");
    drawGuide();
  });
}

export function drawGuide() {
  byId("guide-toggle").textContent = t(open ? "guideHide" : "guideShow");
  byId("guide-toggle").setAttribute("aria-expanded", String(open));
  byId("steps").hidden = !open;
  reconcile(byId("steps"), steps(), drawStep);
  markCurrent();
}

function steps() {
  const done = progress(world.chats);
  const current = done.indexOf(false);
  const name = sellerName(ANA);
  const noLead = chosenChat().lead === null;
  const acts = [
    ["askHours", "askPrice", "askHuman"].map((key) => asQuestion(t(key))),
    [asCommand("/assumir", noLead), asQuestion(t("askAgain"), t("asCustomer", { text: t("askAgain") }))],
    [asCommand("/liberar", noLead)],
  ];
  return acts.map((act, index) => ({
    key: `step${index + 1}`,
    number: index + 1,
    title: t(`step${index + 1}`, { name }),
    text: t(`step${index + 1}Text`),
    acts: act,
    done: done[index] ? t("done") : null,
    current: index === current,
  }));
}

function asQuestion(text, label = text) {
  return { text, label, command: false, blocked: false };
}

function asCommand(text, blocked) {
  return { text, label: t("asSeller", { name: sellerName(ANA), text }), command: true, blocked };
}

function drawStep(step) {
  const mark = make("span", "number", step.done ? "✓" : String(step.number));
  mark.setAttribute("aria-hidden", "true");
  const done = step.done ? make("span", "sr", ` (${step.done})`) : null;
  const title = make("h3", "", step.title, done);
  const acts = make("p", "acts", ...step.acts.map(drawAct));
  const classes = ["step", step.done ? "done" : "", step.current ? "current" : ""];
  return make("li", classes.filter(Boolean).join(" "), mark, title, make("p", "", step.text), acts);
}

function drawAct(act) {
  const button = make("button", act.command ? "act command" : "act", act.label);
  button.type = "button";
  button.disabled = act.blocked;
  button.addEventListener("click", () => (act.command ? command(act.text) : question(act.text)));
  return button;
}

function question(text) {
  showSide("customer");
  sendAsCustomer({ text });
}

function command(text) {
  showSide("seller");
  sendAsSeller(() => note(text, { as: ANA }));
}

function markCurrent() {
  for (const step of byId("steps").children) {
    if (step.classList.contains("current")) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}
