/* The steps that show a newcomer the whole thing: ask, take over, give back; and, where a Ponte is beside this sandbox
   whose plan can be switched on, a user who is made on somebody else's panel. */

import { byId, make, reconcile } from "/page/dom.js";
import { keep, kept, t } from "/page/language.js";
import { sendAsCustomer } from "/page/phone.js";
import { sendAsSeller } from "/page/inbox.js";
import { showSide } from "/page/sides.js";
import { progress, tagNames } from "/page/reading.js";
import { askPlan, changed, choose, chosenChat, freeName, note, sellerName, switchPlan, world } from "/page/world.js";

const ANA = 1;
const KEPT_AS = "ponte.guide";
const MADE = "USUARIO AGENDADO"; // the tag of a lead whose user is there

let open = kept(KEPT_AS) !== "closed";

export function startGuide() {
  byId("guide-toggle").addEventListener("click", () => {
    open = !open;
    keep(KEPT_AS, open ? "open" : "closed");
    drawGuide();
  });
  askPlan().catch(() => undefined); // without it there are three steps
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
  const name = sellerName(ANA);
  const noLead = chosenChat().lead === null;
  const acts = [
    ["askHours", "askPrice", "askHuman"].map((key) => asQuestion(t(key))),
    [asCommand(t("take"), noLead), asQuestion(t("askAgain"), t("asCustomer", { text: t("askAgain") }))],
    [asCommand(t("release"), noLead)],
  ];
  if (world.plan.can_switch) {
    acts.push(planActs());
    done.push(world.chats.some((chat) => tagNames(chat).includes(MADE)));
  }
  const current = done.indexOf(false);
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

function planActs() {
  const on = world.plan.on;
  const hello = { kind: "hello", text: t("planHello"), label: t("asNewCustomer", { text: t("planHello") }), blocked: !on };
  const name = { ...asQuestion(t("planName"), t("asCustomer", { text: t("planName") })), blocked: !on };
  const turn = { kind: on ? "off" : "on", text: "", label: t(on ? "planOff" : "planOn"), blocked: false };
  const look = { kind: "look", text: "", label: t("panelLook"), blocked: false };
  return on ? [hello, name, look, turn] : [turn, hello, name, look];
}

function asQuestion(text, label = text) {
  return { kind: "question", text, label, blocked: false };
}

function asCommand(text, blocked) {
  return { kind: "command", text, label: t("asSeller", { name: sellerName(ANA), text }), blocked };
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
  const classes = { command: "act command", on: "act switch", off: "act quiet-act" };
  const button = make("button", classes[act.kind] ?? "act", act.label);
  button.type = "button";
  button.disabled = act.blocked;
  button.addEventListener("click", () => DO[act.kind](act.text));
  return button;
}

const DO = {
  question,
  command,
  hello: (text) => {
    choose(freeName());
    question(text);
  },
  look: () => window.open("/panel/usuarios", "_blank", "noopener"),
  on: () => turnPlan(true),
  off: () => turnPlan(false),
};

async function turnPlan(on) {
  try {
    await switchPlan(on);
  } catch (error) {
    byId("phone-trouble").textContent = t("trouble", { reason: error.message });
  }
  changed();
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
